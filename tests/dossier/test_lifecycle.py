import re
from itertools import product
from pathlib import Path

import pytest

from dossier.errors import ImpossibleStep, MalformedTable, UnknownCommand
from dossier.events import EVENT_CLASSES, KINDS
from dossier.guards import GUARDS
from dossier.lifecycle import AT_WORK, LIFECYCLE, SAME, START, STATES, TABLE, Lifecycle, Move, Position
from tests.dossier.office import ROADS

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"
AFTER_RECEIPT = ("received", "processing", "late", "supplement_requested", "paused", "payment_due")
OVER = ("delivered", "rejected", "withdrawn", "closed")
SIDE = {"attach", "notify", "publish", "rate", "correct"}
POSITIONS = [Position(state, apologised) for state, apologised in product([START, *STATES], [False, True])]


def possible(state: str) -> set[str]:
    return {command for command in LIFECYCLE.commands if state in LIFECYCLE.sources(command)}


def end(*kinds: str) -> str:
    return LIFECYCLE.replay(kinds).state


def test_the_commands_are_the_twenty_three() -> None:
    words = """submit guide receive reject forward consult answer request_supplement supplement pause resume apologise
        request_payment pay complete deliver withdraw close attach notify publish rate correct"""
    assert list(LIFECYCLE.commands) == words.split()
    assert sorted(LIFECYCLE.commands.values()) == sorted(KINDS)


def test_a_dossier_begins_with_a_submission_or_at_the_counter() -> None:
    assert possible(START) == {"submit", "receive"}


def test_before_receipt_it_is_received_guided_rejected_or_taken_back() -> None:
    assert possible("submitted") == {"submit", "guide", "receive", "reject", "withdraw"} | SIDE


def test_a_paused_dossier_must_be_resumed_before_it_can_end() -> None:
    assert possible("paused") == {"resume", "consult", "answer", "apologise"} | SIDE


@pytest.mark.parametrize(("state", "reply"), [("supplement_requested", "supplement"), ("payment_due", "pay")])
def test_while_the_applicant_is_asked_only_the_reply_a_withdrawal_or_closing_lead_on(state: str, reply: str) -> None:
    assert possible(state) == {reply, "withdraw", "close", "consult", "answer", "apologise"} | SIDE


def test_after_the_decision_only_delivery_and_side_acts_follow() -> None:
    assert possible("completed") == {"deliver"} | SIDE


@pytest.mark.parametrize("state", OVER)
def test_after_the_end_only_side_acts_follow(state: str) -> None:
    assert possible(state) == SIDE


@pytest.mark.parametrize("command", sorted(SIDE))
@pytest.mark.parametrize("state", STATES)
def test_a_side_act_leaves_every_state_as_it_is(state: str, command: str) -> None:
    assert LIFECYCLE.move(Position(state), command).state == state


@pytest.mark.parametrize(("begin", "back"), [("paused", "resumed"), ("payment_requested", "paid")])
def test_a_wait_ends_where_the_work_was(begin: str, back: str) -> None:
    assert end("received", begin, back) == "processing"
    assert end("received", "apologised", begin, back) == "late"
    assert end("received", begin, "apologised", back) == "late"


def test_a_supplement_ends_where_the_work_was() -> None:
    assert end("received", "supplement_requested", "supplemented") == "processing"
    assert end("received", "apologised", "supplement_requested", "supplemented") == "late"


def test_work_on_an_apologised_dossier_stays_late() -> None:
    assert end("received", "apologised", "forwarded", "consulted", "answered") == "late"


def test_an_apology_while_waiting_does_not_end_the_wait() -> None:
    assert end("received", "paused", "apologised") == "paused"


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_reached(state: str) -> None:
    assert end(*(LIFECYCLE.commands[command] for command in ROADS[state])) == state


@pytest.mark.parametrize("position", POSITIONS, ids=str)
def test_the_machine_and_the_fold_agree_on_every_command(position: Position) -> None:
    for command, kind in LIFECYCLE.commands.items():
        folded = LIFECYCLE.step(position, kind)
        if folded is None:
            with pytest.raises(ImpossibleStep):
                LIFECYCLE.move(position, command)
        else:
            assert LIFECYCLE.move(position, command) == folded


def test_the_machine_walks_each_way_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[str] = []
    fresh = Lifecycle()
    monkeypatch.setattr(
        fresh, "_walked", lambda position, command: walked.append(command) or LIFECYCLE.move(position, command)
    )
    assert [fresh.move(Position("received"), "pause") for _ in range(3)] == [Position("paused")] * 3
    assert walked == ["pause"]


def test_a_refused_command_is_refused_again() -> None:
    for _ in range(2):
        with pytest.raises(ImpossibleStep):
            LIFECYCLE.move(Position("paused"), "complete")


def test_the_machine_has_no_back_doors() -> None:
    doors = [name for name in LIFECYCLE._machine.events if name.startswith("to_")]
    assert doors == []


def test_an_unknown_command_names_the_known_ones() -> None:
    with pytest.raises(UnknownCommand, match="there is no command 'recieve'; the commands are submit, "):
        LIFECYCLE.move(Position(), "recieve")


def test_a_replay_names_the_event_that_cannot_follow() -> None:
    with pytest.raises(ImpossibleStep, match=r"event 3 \(resumed\) cannot follow in the state 'processing'") as refused:
        LIFECYCLE.replay(["received", "forwarded", "resumed", "completed"])
    assert (refused.value.index, refused.value.kind, refused.value.state) == (2, "resumed", "processing")


def test_a_replay_of_an_unknown_kind_is_impossible() -> None:
    with pytest.raises(ImpossibleStep, match="eaten"):
        LIFECYCLE.replay(["received", "eaten"])


@pytest.mark.parametrize(
    ("table", "states", "fault"),
    [
        ((*TABLE, Move("pay", "paid", ("payment",), SAME)), STATES, "unknown state 'payment'"),
        ((*TABLE, Move("pay", "paid", ("paused",), "done")), STATES, "unknown state 'done'"),
        (TABLE, (*STATES, "archived"), "no step leads to archived"),
        (tuple(move for move in TABLE if move.command != "apologise"), STATES, "no command writes apologised"),
        ((*TABLE, Move("archive", "archived", ("closed",), SAME)), STATES, "'archived', which has no event class"),
        ((*TABLE, Move("pay", "paid", ("payment_due",), SAME)), STATES, "two rows from 'payment_due'"),
        ((*TABLE, Move("settle", "paid", ("paused",), SAME)), STATES, "'paid' belong to each other"),
        ((*TABLE, Move("pay", "resumed", ("submitted",), SAME)), STATES, "belong to each other"),
        ((*TABLE, Move("pay", "paid", (AT_WORK,), SAME)), STATES, "from a state to a state"),
        ((*TABLE, Move("pay", "paid", ("submitted",), START)), STATES, "from a state to a state"),
    ],
)
def test_the_table_refuses_to_load_when_it_is_wrong(table: tuple[Move, ...], states: list[str], fault: str) -> None:
    with pytest.raises(MalformedTable, match=re.escape(fault)):
        Lifecycle(table, dict.fromkeys(states, ""))


def test_a_table_without_a_class_for_a_kind_refuses_to_load() -> None:
    fewer = {kind: cls for kind, cls in EVENT_CLASSES.items() if kind != "paid"}
    with pytest.raises(MalformedTable, match="pay writes 'paid', which has no event class"):
        Lifecycle(classes=fewer)


def test_guards_are_for_commands_that_exist() -> None:
    assert set(GUARDS) <= set(LIFECYCLE.commands)


def test_the_page_documents_every_state() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \|", PAGE.read_text(encoding="utf-8").split("## Commands")[0], re.MULTILINE
    )
    assert dict(rows) == dict(STATES)


def test_the_page_documents_every_row_of_the_table() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Commands")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+?) \| (.+?) \|", section, re.MULTILINE)
    assert rows == [(move.command, move.kind, sources(move), arrival(move)) for move in TABLE]


def sources(move: Move) -> str:
    return "any state" if set(move.sources) == set(STATES) else ", ".join(f"`{state}`" for state in move.sources)


def arrival(move: Move) -> str:
    return {SAME: "the same", AT_WORK: "work"}.get(move.to, f"`{move.to}`")
