"""Which rules each deed of the careless office breaks, by the planter's own reasoning: nothing here asks the checker.

What follows from a deed is named with it: decided late without apology breaks R13, and R15 as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rules.demo import deeds, neglect
from rules.demo.deeds import Deed, erase
from rules.demo.history import History

ONLINE, COUNTER, FRESH = ("online",), ("counter",), ("fresh",)
GUIDED, SUPPLEMENTED, PAYING, PAUSED, WAITING = ("guided",), ("supplemented",), ("paying",), ("paused",), ("waiting",)
APOLOGISED, REJECTED, WITHDRAWN, CLOSED = ("apologised",), ("rejected",), ("withdrawn",), ("closed",)
PLAIN = (*ONLINE, *COUNTER)
ANSWERED = (*ONLINE, *GUIDED, "turned_away")
ASKED = (*SUPPLEMENTED, *CLOSED)
STOPPED = (*PAUSED, *WAITING)
REFUSED = (*REJECTED, "turned_away")
COMPLETED = (*PLAIN, *GUIDED, *SUPPLEMENTED, *PAUSED, *PAYING, "consulted", *APOLOGISED)
ENDED = (*COMPLETED, *REJECTED, *WITHDRAWN, *CLOSED)


@dataclass(frozen=True)
class Breach:
    """A deed and what it breaks.

    Attributes:
        rules: what it breaks.
        words: what was done, for `planted.csv`.
        courses: the courses of a dossier in which it can be done.
        touches: the parts of a history that it changes; two deeds in one dossier touch nothing in common.
        do: the deed.
        suits: whether it is wrong in a dossier, as far as that hangs on the single dossier.

    """

    rules: tuple[str, ...]
    words: str
    courses: tuple[str, ...]
    touches: frozenset[str]
    do: Deed
    suits: Callable[[History], bool]

    def fits(self, history: History) -> bool:
        """Whether the dossier is one in which it can be done."""
        return history.course in self.courses and self.suits(history)


def _always(_history: History) -> bool:
    return True


def _breach(  # a row of the table
    rules: str,
    words: str,
    courses: tuple[str, ...],
    touches: str,
    do: Deed,
    suits: Callable[[History], bool] = _always,
) -> Breach:
    return Breach(tuple(rules.split()), words, courses, frozenset(touches.split()), do, suits)


# fmt: off
BREACHES: tuple[Breach, ...] = (
    # first what moves a moment, then what builds on it
    _breach("R01", "answered minutes after the eight working hours", ANSWERED, "submission", deeds.answer_minutes_late),
    _breach("R01", "answered days after the submission", ANSWERED, "submission", deeds.answer_days_late),
    _breach("R01", "answered late after the second submission", GUIDED, "submission",
            deeds.answer_second_late, deeds.second_can_be_late),
    _breach("R01", "submitted online and never answered", FRESH, "submission", deeds.never_answer),
    _breach("R03", "forwarded a working day too late", ENDED, "forwarding", deeds.forward_late),
    _breach("R03", "received at 15:00, forwarded the next day", COUNTER, "forwarding", deeds.forward_late_at_three),
    _breach("R13 R15", "decided late, nobody apologised", PLAIN, "decision", deeds.decide_late),
    _breach("R13 R15", "decided late, counted anew from the supplement", SUPPLEMENTED, "decision", deeds.decide_late),
    _breach("R13 R15", "decided late, less the wait for the payment", PAYING, "decision",
            deeds.decide_late, deeds.counts_working_days),
    _breach("R13 R15", "rejected late, nobody apologised", REJECTED, "decision", deeds.reject_late),
    _breach("R13 R15", "decided late: the ground of the pause is not excluded", PAUSED, "decision ground resuming",
            deeds.lean_on_wrong_ground, deeds.wrong_ground_is_wrong),
    _breach("R13", "decided late, after a proper apology", APOLOGISED, "decision", deeds.decide_late),
    _breach("R13 R16", "decided late, the apology came too late", APOLOGISED, "decision apology", deeds.apologise_late),
    _breach("R14 R15", "left open past the due date, nobody apologised", PLAIN, "decision result after order",
            deeds.leave_open),
    _breach("R14 R15", "left open, waiting on a ground that is not excluded", WAITING, "ground",
            deeds.wait_on_wrong_ground, deeds.wrong_ground_is_wrong),
    _breach("R14", "left open past the due date, after a proper apology", APOLOGISED, "decision result after",
            deeds.leave_open),
    _breach("R14 R16", "left open past the due date, the apology came too late", APOLOGISED,
            "decision result after apology", deeds.apologise_late_and_leave_open),
    _breach("R16", "apologised on the due date itself", APOLOGISED, "decision apology", deeds.apologise_on_last_day),
    _breach("S02", "decided in time only thanks to a pause", PAUSED, "decision ground resuming",
            deeds.decide_just_in_time, deeds.counts_working_days),
    _breach("R02", "no receipt slip", ENDED, "receipt.slip", erase("received", "slip")),
    _breach("R21", "promised later than the limit", ENDED, "promise", deeds.promise_late),
    _breach("R04", "a second supplement request", SUPPLEMENTED, "decision", deeds.ask_again),
    _breach("R05", "supplement request without slip", ASKED, "request.slip", erase("supplement_requested", "slip")),
    _breach("R05", "guidance without slip", GUIDED, "request.slip", erase("guided", "slip")),
    _breach("R06", "supplement request without reason", ASKED, "request.why", erase("supplement_requested", "reason")),
    _breach("R07", "rejection without slip", REFUSED, "rejection.slip", erase("rejected", "slip")),
    _breach("R08", "rejection without reason", REFUSED, "rejection.reason", erase("rejected", "reason")),
    _breach("R09", "pause without reason", STOPPED, "ground", erase("paused", "reason")),
    _breach("R10", "pause without document", STOPPED, "attachment", erase("paused", "document", "document_at")),
    _breach("R10", "document attached after the pause", STOPPED, "attachment", deeds.attach_afterwards),
    _breach("R10", "document attached at the moment of the pause", STOPPED, "attachment", deeds.attach_at_once),
    _breach("R11", "pause without notice", STOPPED, "notice", erase("paused", "notice")),
    _breach("R12", "completed while paused", PAUSED, "resuming", deeds.never_resume),
    _breach("R12", "closed while paused", PAUSED, "resuming decision result", deeds.close_while_paused),
    _breach("R17", "apology without reason", APOLOGISED, "apology.words", erase("apologised", "reason")),
    _breach("R17", "apology without a new date", APOLOGISED, "apology.words", erase("apologised", "promised")),
    _breach("R18 S05", "a second new appointment", APOLOGISED, "apology apology.words",
            deeds.apologise_again, deeds.can_apologise_again),
    _breach("R19", "completed without e-result", COMPLETED, "result", erase("completed", "document", "signed")),
    _breach("R20", "e-result not signed", COMPLETED, "result", deeds.leave_unsigned),
    _breach("R23", "withdrawn without the applicant's request", WITHDRAWN, "papers", erase("withdrawn", "document")),
    _breach("R23", "withdrawn without reason", WITHDRAWN, "papers", erase("withdrawn", "reason")),
    _breach("R23", "closed without notice", CLOSED, "papers", erase("closed", "notice")),
    _breach("R23", "closed without any paper", CLOSED, "papers", erase("closed", "reason", "document", "notice")),
    _breach("R25", "nothing was made public", (*REJECTED, *WITHDRAWN, *CLOSED), "publication", neglect.hide),
    _breach("R25 R26", "neither progress nor result was made public", PLAIN, "publication result", neglect.hide),
    _breach("R26", "the result was not made public", COMPLETED, "publication result", neglect.hide_result),
    _breach("R27", "papers not digitised", COUNTER, "digitised", erase("received", "digitised")),
    _breach("R28", "result not digitised", COMPLETED, "result", erase("completed", "digitised")),
    _breach("R31", "told of the result days too late", PLAIN, "telling result after", neglect.tell_late),
    _breach("R32", "the opinion came after its limit", ("consulted",), "opinion", neglect.let_adviser_wait),
    _breach("R33", "a step took longer than its limit", PLAIN, "forwarding", neglect.let_step_run),
    _breach("R34", "closed before the answer was due", CLOSED, "closing", neglect.close_too_early),
    _breach("R35", "guided twice", GUIDED, "submission guidance", neglect.guide_twice),
    _breach("R36", "papers lay for days", COUNTER, "submission", neglect.leave_papers),
    _breach("S03", "paused the day before the due date", WAITING, "attachment", neglect.pause_before_last_day),
    _breach("S04", "supplement requested on the due date", CLOSED, "closing", neglect.ask_on_last_day),
    _breach("S05", "a new date twice", SUPPLEMENTED, "apology decision", neglect.promise_again),
    _breach("S08", "forwarded at night", ENDED, "forwarding", neglect.forward_at_night),
    _breach("S11", "withdrawn on the due date", WITHDRAWN, "ending", neglect.withdraw_on_last_day),
    _breach("R24", "submission entered after the receipt", ONLINE, "submission order", deeds.receive_before_submission),
    _breach("R24", "received twice", PLAIN, "order", deeds.receive_again),
    _breach("R24", "guided after the receipt", PLAIN, "order", deeds.guide_after_receipt),
    _breach("R24", "resumed without a pause", PLAIN, "order", deeds.answer_nothing("resumed")),
    _breach("R24", "an answer nobody asked for", PLAIN, "order", deeds.answer_nothing("answered")),
    _breach("R24", "paid what nobody asked for", PLAIN, "order", deeds.answer_nothing("paid")),
    _breach("R24", "a supplement nobody asked for", PLAIN, "order", deeds.answer_nothing("supplemented")),
    _breach("R24", "an opinion asked after the decision", PLAIN, "order", deeds.ask_after_decision),
    _breach("R24", "forwarded before the receipt", COUNTER, "forwarding order", deeds.forward_before_receipt),
    _breach("R22 R24", "delivered before it was decided", PLAIN, "decision after order", deeds.deliver_before_decision),
    _breach("R22", "an opinion asked after the end", (*ENDED, "turned_away"), "after", deeds.go_on_after_end),
    _breach("R22", "forwarded again after the end", ENDED, "after", deeds.send_round_again),
    _breach("S01", "a step entered days later", ENDED, "entry", deeds.enter_late),
    _breach("S01 S06", "a step entered more than a week later", ENDED, "entry", deeds.enter_as_if_in_time),
)
# fmt: on
"""Every deed; each rule and each signal has at least one, but for those in `BESIDE`."""

BESIDE = frozenset({"R29", "R30", "S07", "S09", "S10", "S12"})
"""What one dossier cannot show: it needs a list of centres, or other dossiers beside it."""
