"""How a dossier arrives: handed in online, over the counter or by post; guided, received or rejected; forwarded."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, time, timedelta

from calendars import vietnam
from dossier.events import Cell
from rules.demo.casebook import REJECTION_REASONS, SUPPLEMENT_REASONS
from rules.demo.hand import APPLICANT, Hand
from rules.demo.office import Moments
from rules.demo.quarter import ZONE

ANSWER_LIMIT = 480
"""Working minutes in which an online dossier must be answered."""
ANSWERS = {"receive": 85, "guide": 11, "reject": 4}
FORWARD_CUTOFF = time(15)


def arrive(hand: Hand) -> Generator[datetime, None, bool]:
    """From the arrival to the receipt, whether there is one."""
    if hand.brief.channel != "online":
        _receive(hand, first=True)
        return True
    _submit(hand)
    yield _answer_time(hand)
    answer = hand.chance.weighted(ANSWERS)
    if answer == "guide" and not (yield from _guided(hand)):
        return False
    if answer == "reject":
        _turn_away(hand)
        return False
    _receive(hand, first=False)
    return True


def _description(hand: Hand) -> dict[str, Cell]:
    brief = hand.brief
    procedure = brief.asked.procedure
    return {
        "channel": brief.channel,
        "procedure": procedure.code,
        "sector": procedure.sector,
        "applicant": brief.applicant,
    }


def _submit(hand: Hand) -> None:
    hand.do("submit", actor=APPLICANT, office=hand.brief.office, digitised=True, **_description(hand))


def _answer_time(hand: Hand) -> datetime:
    """Within eight working hours, but for the few that lie too long."""
    slow = hand.chance.happens(0.025)
    span = (ANSWER_LIMIT + 10, 3 * ANSWER_LIMIT) if slow else (15, ANSWER_LIMIT - 20)
    return hand.chance.soon(hand.now, *span)


def _guided(hand: Hand) -> Generator[datetime, None, bool]:
    """Guided to complete the papers before receipt, whether they came back."""
    reason = hand.chance.pick(SUPPLEMENT_REASONS)
    if hand.chance.happens(0.15):
        hand.tries("guide", actor=hand.receiver, reason=reason)
    hand.do("guide", actor=hand.receiver, slip=hand.paper("HD"), reason=reason)
    if hand.chance.happens(0.15):
        return False
    yield hand.chance.any_hour(hand.now.date() + timedelta(hand.chance.number(1, 6)))
    _submit(hand)
    yield _answer_time(hand)
    return True


def _turn_away(hand: Hand) -> None:
    if hand.chance.happens(0.3):
        hand.tries("reject", actor=hand.receiver, slip=hand.paper("TC"))
    hand.do("reject", actor=hand.receiver, slip=hand.paper("TC"), reason=hand.chance.pick(REJECTION_REASONS))


def _receive(hand: Hand, *, first: bool) -> None:
    fields: dict[str, Cell] = {
        "actor": hand.receiver,
        "office": hand.brief.office,
        "limit": hand.brief.asked.limit,
        "digitised": True,
    }
    if first:
        fields |= _description(hand)
    _try_receiving(hand, fields)
    hand.do("receive", slip=hand.paper("TN"), **fields)
    hand.do("publish", actor="system")


def _try_receiving(hand: Hand, fields: dict[str, Cell]) -> None:
    """What is tried at the counter: an appointment beyond the limit, a receipt without its slip."""
    if hand.chance.happens(0.02):
        far = hand.now.date() + timedelta(days=120)
        hand.tries("receive", slip=hand.paper("TN"), promised=far, **fields)
    if hand.chance.happens(0.015):
        hand.tries("receive", **fields)


def forward(hand: Hand) -> Moments:
    """To the room that handles it: the same day, after 15:00 the next working day; a few lie longer."""
    moment = _forward_time(hand)
    if hand.chance.happens(0.02):
        moment = hand.chance.days_later(moment, 1, 2)
    yield moment
    hand.do("forward", actor=hand.receiver, office=hand.brief.asked.room, digitised=True)


def _forward_time(hand: Hand) -> datetime:
    cutoff = datetime.combine(hand.now.date(), FORWARD_CUTOFF, ZONE)
    if hand.now <= cutoff and vietnam().is_working(hand.now.date()):
        return hand.chance.soon(hand.now, 5, 100)
    return hand.chance.days_later(hand.now, 1, 1)
