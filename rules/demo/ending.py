"""How a dossier ends: decided in time, early or late, with or without apology; withdrawn; handed over."""

from __future__ import annotations

from datetime import timedelta

from calendars import vietnam
from dossier.events import Cell
from rules.demo.casebook import APOLOGY_REASONS, REJECTION_REASONS, WITHDRAWAL_REASONS
from rules.demo.hand import APPLICANT, Hand
from rules.demo.office import Moments

LATE = {"apologised": 65, "apologised too late": 10, "silent": 25}
"""What the office does about a dossier that will be late, by share."""
HANDED_OVER = {"online": 45, "in_person": 40, "postal": 15}
SHORT = 3
"""A time limit with so few working days is rarely missed."""


def finish(hand: Hand) -> Moments:
    """From the last detour to the end."""
    if hand.view.state not in {"received", "processing"}:
        return
    if hand.chance.happens(0.015):
        yield hand.chance.days_later(hand.now, 0, 2)
        _withdraw(hand)
        return
    if hand.chance.happens(0.02 if hand.days_left <= SHORT else 0.07):
        yield from _late(hand)
    else:
        days = hand.chance.towards_end(_days_left(hand))
        yield hand.chance.days_later(hand.now, days, days)
    yield from _decide(hand)


def _days_left(hand: Hand) -> int:
    return max(0, hand.days_left)


def _withdraw(hand: Hand) -> None:
    reason = hand.chance.pick(WITHDRAWAL_REASONS)
    if hand.chance.happens(0.3):
        hand.tries("withdraw", reason=reason)
    request = hand.paper("DN")
    hand.do("attach", actor=APPLICANT, document=request, digitised=True)
    hand.do("withdraw", actor=APPLICANT, reason=reason, document=request, notice=hand.paper("TB"))


def _late(hand: Hand) -> Moments:
    """Up to the day on which the late dossier is decided."""
    manner = hand.chance.weighted(LATE)
    ahead = vietnam().count_working_days(hand.now.date(), hand.last_day_for_apology)
    if manner == "apologised" and ahead > 0:
        yield hand.chance.days_later(hand.now, max(1, ahead - 3), ahead)
        yield from _apologise(hand)
    elif manner == "apologised too late":
        yield hand.chance.days_later(hand.now, _days_left(hand), _days_left(hand) + 1)
        yield from _apologise(hand)
    else:
        yield hand.chance.days_later(hand.now, _days_left(hand) + 1, _days_left(hand) + 6)


def _apologise(hand: Hand) -> Moments:
    """A new appointment, once; officers try it without a date, and a second time."""
    reason = hand.chance.pick(APOLOGY_REASONS)
    appointment = vietnam().add_working_days(max(hand.due, hand.now.date()), hand.chance.number(3, 7))
    if hand.chance.happens(0.2):
        hand.tries("apologise", slip=hand.paper("XL"), reason=reason)
    hand.do("apologise", slip=hand.paper("XL"), reason=reason, promised=appointment)
    to_go = vietnam().count_working_days(hand.now.date(), appointment)
    if not hand.chance.happens(0.25):
        yield hand.chance.days_later(hand.now, max(1, to_go - 3), to_go)
        return
    yield hand.chance.days_later(hand.now, to_go, to_go)
    hand.tries("apologise", slip=hand.paper("XL"), reason=reason, promised=appointment + timedelta(days=7))
    yield hand.chance.days_later(hand.now, 1, 4)


def _decide(hand: Hand) -> Moments:
    if hand.chance.happens(0.03):
        _reject(hand)
        return
    fields = _result(hand)
    _try_completing(hand, fields)
    effective = hand.now
    if hand.chance.happens(0.01):
        yield hand.chance.days_later(hand.now, 2, 4)
    hand.do_late("complete", effective, **fields)
    yield from _hand_over(hand)


def _reject(hand: Hand) -> None:
    if hand.chance.happens(0.3):
        hand.tries("reject", reason=hand.chance.pick(REJECTION_REASONS))
    hand.do("reject", slip=hand.paper("TC"), reason=hand.chance.pick(REJECTION_REASONS))


def _result(hand: Hand) -> dict[str, Cell]:
    if not hand.brief.asked.ends_with_paper:
        return {}
    return {"document": hand.paper("KQ"), "signed": True, "digitised": True}


def _try_completing(hand: Hand, fields: dict[str, Cell]) -> None:
    """A result that nobody signed, or none at all."""
    if fields and hand.chance.happens(0.04):
        hand.tries("complete", **(fields | {"signed": False}))
    if fields and hand.chance.happens(0.03):
        hand.tries("complete")


def _hand_over(hand: Hand) -> Moments:
    yield hand.chance.soon(hand.now, 2, 20)
    hand.do("publish", actor="system")
    hand.do("notify", actor="system", notice=hand.paper("TB"))
    yield hand.chance.days_later(hand.now, 0, 4)
    channel = hand.chance.weighted(HANDED_OVER)
    if hand.chance.happens(0.02):
        hand.tries("deliver", actor=hand.receiver, channel=channel)
    hand.do("deliver", actor=hand.receiver, channel=channel, office=hand.brief.office)
    yield from _afterwards(hand)


def _afterwards(hand: Hand) -> Moments:
    """A rating; a note about a slip of the pen, which officers try to mend by opening the dossier again."""
    if hand.chance.happens(0.15):
        yield hand.chance.any_hour(hand.now.date() + timedelta(days=1))
        hand.do("rate", actor=APPLICANT)
    if hand.chance.happens(0.02):
        yield hand.chance.days_later(hand.now, 0, 3)
        hand.tries("forward", office=hand.brief.asked.room)
        hand.do("correct", reason="Ghi sai số điện thoại của người nộp")
