import pytest

from benchmarks.commands import (
    DONE,
    FOLDED,
    LIFE,
    READ,
    TYPED,
    WEIGHED,
    Office,
    _history,
    _typings,
    _weighings,
    commands,
    replay,
)
from dossier.case import Case
from dossier.lifecycle import LIFECYCLE


def test_the_life_ends_with_the_delivery_and_keeps_every_step() -> None:
    office = Office()
    office.live("A1")
    kept = office.store.history("A1")
    assert [record.kind for record in kept] == [LIFECYCLE.commands[command] for command in LIFE]
    assert office.desk.dossier("A1").state == "delivered"


def test_every_command_that_is_weighed_may_be_done() -> None:
    assert [call() for call in _weighings()] == [True] * len(LIFE)


def test_every_step_that_is_checked_alone_stands_in_the_table_and_is_a_valid_event() -> None:
    found = [call() for call in _typings()]
    assert [(position is not None, event.kind) for position, event in found] == [
        (True, LIFECYCLE.commands[command]) for command in LIFE
    ]


def test_the_long_history_can_be_replayed() -> None:
    records = _history(1_000)
    assert len(records) == 1_001
    assert Case("A1", records).position == LIFECYCLE.replay(record.kind for record in records)


@pytest.mark.parametrize(
    ("found", "who"),
    [
        (lambda: commands(rounds=1, lives=2, at_least=0), [DONE, WEIGHED, TYPED]),
        (lambda: replay(rounds=1, events=100, at_least=0), [FOLDED, READ]),
    ],
)
def test_a_measurement_has_a_rate_for_each_contender(found: object, who: list[str]) -> None:
    measured = found()  # type: ignore[operator]
    assert list(measured.rounds) == who
    assert all(measured.median(one) > 0 for one in who)
    assert all("events a second" in goal for goal in measured.goals)
