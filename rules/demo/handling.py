"""What happens while a dossier is handled: opinions, a supplement, a stopped clock, a payment."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from rules.demo.casebook import ADVISERS, PAUSES, SUPPLEMENT_REASONS
from rules.demo.hand import APPLICANT, Hand
from rules.demo.office import Moments

LEAST_DAYS = 4
"""A dossier with fewer working days left is decided without a detour."""

Detour = Callable[[Hand], Moments]


def handle(hand: Hand) -> Moments:
    """The detours that chance chooses, one after the other."""
    if hand.chance.happens(0.4):
        yield hand.chance.soon(hand.now, 30, 200)
        hand.do("attach", document=hand.paper("BC"), digitised=True)
    for detour, share in DETOURS.items():
        if hand.view.state in {"processing", "late"} and hand.days_left >= LEAST_DAYS and hand.chance.happens(share):
            yield hand.chance.days_later(hand.now, 1, max(1, hand.days_left // 5))
            yield from detour(hand)


def consult(hand: Hand) -> Moments:
    """Another office is asked and answers."""
    adviser = hand.chance.pick(ADVISERS)
    hand.do("consult", office=adviser)
    yield hand.chance.days_later(hand.now, 1, 4)
    hand.do("answer", office=adviser, digitised=True)


def supplement(hand: Hand) -> Moments:
    """The applicant is asked once for more papers; officers try to ask again."""
    reason = hand.chance.pick(SUPPLEMENT_REASONS)
    if hand.chance.happens(0.15):
        hand.tries("request_supplement", slip=hand.paper("BS"))
    if hand.chance.happens(0.1):
        hand.tries("request_supplement", reason=reason)
    hand.do("request_supplement", slip=hand.paper("BS"), reason=reason)
    if hand.chance.happens(0.08):
        yield from _give_up(hand)
        return
    yield hand.chance.days_later(hand.now, 1, 9)
    hand.do("supplement", actor=APPLICANT, digitised=True)
    if hand.chance.happens(0.3):
        yield hand.chance.soon(hand.now, 30, 400)
        hand.tries("request_supplement", slip=hand.paper("BS"), reason=hand.chance.pick(SUPPLEMENT_REASONS))


def _give_up(hand: Hand) -> Moments:
    """No answer from the applicant: the office closes the dossier."""
    yield hand.chance.days_later(hand.now, 10, 18)
    reason = "Quá thời hạn bổ sung mà không bổ sung hồ sơ"
    if hand.chance.happens(0.4):
        hand.tries("close", ground="no_answer", reason=reason)
    document = hand.paper("VB")
    hand.do("attach", document=document, digitised=True)
    hand.do("close", ground="no_answer", reason=reason, document=document, notice=hand.paper("TB"))


def pause(hand: Hand) -> Moments:
    """The clock is stopped: first the document, then the button; officers try it the other way round."""
    ground, document = hand.chance.pick(list(PAUSES)), hand.paper("VB")
    reason, notice = PAUSES[ground], hand.paper("TB")
    if hand.chance.happens(0.35):
        hand.tries("pause", ground=ground, reason=reason, document=document, notice=notice)
    if hand.chance.happens(0.1):
        hand.tries("pause", ground=ground, document=document)
    hand.do("attach", document=document, digitised=True)
    yield hand.chance.soon(hand.now)
    if not hand.brief.asked.version.excludes("agency_opinion") and hand.chance.happens(0.2):
        hand.tries("pause", ground="agency_opinion", reason="Chờ ý kiến", document=document, notice=notice)
    hand.do("pause", ground=ground, reason=reason, document=document, notice=notice)
    yield from _while_paused(hand)
    hand.do("resume")


def _while_paused(hand: Hand) -> Moments:
    if hand.chance.happens(0.25):
        yield hand.chance.days_later(hand.now, 1, 2)
        hand.tries("complete", document=hand.paper("KQ"), signed=True)
    yield hand.chance.days_later(hand.now, 2, 10)


def pay(hand: Hand) -> Moments:
    """A financial obligation: the applicant is asked to pay, and does."""
    hand.do("request_payment", notice=hand.paper("TB"))
    yield hand.chance.days_later(hand.now, 1, 8)
    hand.do("pay", actor=APPLICANT)


DETOURS: MappingProxyType[Detour, float] = MappingProxyType({consult: 0.15, supplement: 0.1, pause: 0.1, pay: 0.22})
"""Each detour with the share of dossiers that take it."""
