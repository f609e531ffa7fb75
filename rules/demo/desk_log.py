"""A department's quarter at the real desk: arrivals by chance, each taking its course."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from dossier import Store, metadata
from dossier.formats.log import write_log
from rules.demo.arrival import arrive, forward
from rules.demo.casebook import CHANNELS, OFFICES, Brief, asked_for, provincial
from rules.demo.ending import finish
from rules.demo.hand import Hand
from rules.demo.handling import handle
from rules.demo.office import Moments, Office, play
from rules.demo.quarter import Chance, days, working_days

COUNTER_ONLY = 3
"""A time limit of fewer working days is handled where it is received: nothing is forwarded."""


def keep_quarter(database: Path, log: Path, *, seed: int, dossiers: int) -> Office:
    """Run the quarter into a new SQLite database, write its log, and return the office with its tally."""
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        metadata.create_all(connection)
        store = Store(connection)
        office = Office(store)
        play(office, [_opened(office, seed, brief) for brief in briefs(seed, dossiers)], connection.commit)
        office.states.update(line.state for line in store.overviews() if line.state)
        write_log(store.export_rows(), log)
    engine.dispose()
    return office


def briefs(seed: int, dossiers: int) -> list[Brief]:
    """The dossiers that arrive in the quarter, in order of arrival."""
    chance = Chance(seed, "arrivals")
    drawn = [(*_arrival(chance), number) for number in range(dossiers)]
    return [
        _brief(Chance(seed, "dossier", drawn_number), serial, arrives, channel)
        for serial, (arrives, channel, drawn_number) in enumerate(sorted(drawn), start=1)
    ]


def _arrival(chance: Chance) -> tuple[datetime, str]:
    """Online at any hour of any day, fewer on days off; else in office hours."""
    channel = chance.weighted(CHANNELS)
    if channel != "online":
        return chance.in_office(chance.pick(working_days())), channel
    day: date = chance.pick(days()[:-1] if chance.happens(0.5) else working_days()[:-1])
    return chance.any_hour(day), channel


def _brief(chance: Chance, serial: int, arrives: datetime, channel: str) -> Brief:
    return Brief(
        code=f"DEMO.A-{arrives:%y%m%d}-{serial:04}",
        arrives=arrives,
        channel=channel,
        office=chance.weighted(OFFICES),
        asked=asked_for(chance, chance.weighted(provincial())),
        applicant=f"nd-{chance.number(1, 999_999):06}",
    )


def _opened(office: Office, seed: int, brief: Brief) -> tuple[datetime, Moments]:
    return brief.arrives, _course(Hand(office, brief, Chance(seed, "course", brief.code)))


def _course(hand: Hand) -> Moments:
    if not (yield from arrive(hand)):
        return
    if hand.days_left >= COUNTER_ONLY:
        yield from forward(hand)
        yield from handle(hand)
    yield from finish(hand)
