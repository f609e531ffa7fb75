"""Commands a second kept in PostgreSQL, one office and eight at once, against pgbench with the same statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import sqlalchemy as sa

from benchmarks.command import MissingCommandError, run
from benchmarks.commands import LIFE
from benchmarks.storing import COMMIT, Counter, Sent, recorded, share
from benchmarks.timing import Contenders, Measurement, interleave, peer, seconds
from dossier.stores.records import Entry
from dossier.stores.sql import Store, metadata

ONE, PREPARED, SIMPLE = "Desk.do", "pgbench, prepared", "pgbench, simple"
GOAL, GOAL_OF_EIGHT = 0.6, 0.5
DESKS, THREADS = 8, 2
EACH_ITS_OWN, ONE_FOR_ALL = "each an office of its own", "all of one office"
OFFICE = "VP-OFFICE"
ISSUING = {"received": "receipt", "paused": "stop_notice"}
"""The events whose form takes a number from a series of the office, whose row is then held until the commit."""

SETTINGS = {"max_wal_size": "4GB"}
"""No checkpoint falls into a round; `fsync` and `synchronous_commit` are on."""


def on_postgres(*, rounds: int, lives: int) -> Measurement:
    """Events a second on one connection: the desk, and pgbench with prepared and with simple statements.

    Args:
        rounds: of every contender.
        lives: how many dossiers a round carries from receipt to delivery.

    Raises:
        MissingPeerError: psycopg is not installed.
        MissingCommandError: there is no PostgreSQL here.

    """
    with postgres() as url, _connected(url) as connection, TemporaryDirectory(prefix="motcua-") as folder:
        counter, numbers = Counter(Store(connection)), iter(range(rounds))
        scripts = {mode: _script(url, Path(folder, mode), None) for mode in ("prepared", "simple")}
        contenders: Contenders = {
            ONE: lambda: _rate(lives, seconds(partial(_live, counter, f"H26-{next(numbers)}", lives))),
            PREPARED: partial(_pgbench, url, "prepared", scripts["prepared"], 1, lives),
            SIMPLE: partial(_pgbench, url, "simple", scripts["simple"], 1, lives),
        }
        _live(counter, "H26-warm", 5)
        taken = interleave(contenders, rounds)
    reached = share(taken, ONE, PREPARED)
    return Measurement(
        "postgres",
        "a life of seven steps in PostgreSQL, one connection, fsync and synchronous_commit on",
        "events a second",
        taken,
        ours=ONE,
        higher_is_better=True,
        goals={f"{ONE} at least {GOAL} of {PREPARED}": reached >= GOAL},
        facts={"share of pgbench": {"prepared": reached, "simple": share(taken, ONE, SIMPLE)}},
        notes=(
            "psycopg prepares what it sends often, so the prepared statements are the ones to compare with.",
            "pgbench sends one life again and again under random codes: its texts are constants, only the code varies.",
        ),
    )


def on_postgres_at_once(*, rounds: int, lives: int, desks: int = DESKS) -> Measurement:
    """Events a second of several processes, each of an office of its own and all of one office, against pgbench.

    Each receipt and each stop notice takes a number from a series of its office.

    Args:
        rounds: of every contender.
        lives: how many dossiers each desk carries from receipt to delivery in a round.
        desks: how many there are at once.

    Raises:
        MissingPeerError: psycopg is not installed.
        MissingCommandError: there is no PostgreSQL here.

    """
    own, shared = [f"VP-{number}" for number in range(desks)], ["VP-0"] * desks
    with ExitStack() as stack:
        url = stack.enter_context(postgres())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="motcua-")))
        pool, numbers = stack.enter_context(_desks(url, desks)), iter(range(2 * rounds + 2))
        contenders: dict[str, Callable[[], float]] = {}
        for situation, offices in ((EACH_ITS_OWN, own), (ONE_FOR_ALL, shared)):
            script = _script(url, folder / situation, offices)
            contenders[f"{ONE}, {situation}"] = partial(_at_once, pool, numbers, offices, lives)
            contenders[f"pgbench, {situation}"] = partial(_pgbench, url, "prepared", script, desks, lives)
            _at_once(pool, numbers, offices, 2)
        taken = interleave(contenders, rounds)
    shares = {name: share(taken, f"{ONE}, {name}", f"pgbench, {name}") for name in (EACH_ITS_OWN, ONE_FOR_ALL)}
    return Measurement(
        "postgres-eight",
        f"the same with {desks} connections, forms numbered",
        "events a second",
        taken,
        higher_is_better=True,
        goals={
            f"{desks} desks at least {GOAL_OF_EIGHT} of pgbench, {EACH_ITS_OWN}": shares[EACH_ITS_OWN] >= GOAL_OF_EIGHT
        },
        facts={"share of pgbench": shares},
        notes=(
            f"{desks} processes of Python, or pgbench -c {desks} -j {THREADS}, share the cores with the server.",
            "Each receipt and each stop notice takes a number from a series of its office, held until the commit.",
        ),
    )


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a server with the tables, as durable as it comes; stopped at the end.

    Raises:
        MissingPeerError: psycopg is not installed.
        MissingCommandError: there is no PostgreSQL here.

    """
    peer("psycopg")
    try:
        from tests.postgres import NoServer, running_server
    except ImportError as error:
        raise MissingCommandError(f"no PostgreSQL here: {error}; run: pip install '.[test]'") from error
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_server(**SETTINGS))
        except NoServer as error:
            raise MissingCommandError(f"no PostgreSQL here: {error}") from error
        engine = sa.create_engine(url)
        metadata.create_all(engine)
        engine.dispose()
        yield url


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _rate(lives: int, taken: float) -> float:
    return lives * len(LIFE) / taken


def _live(counter: Counter, name: str, lives: int, office: str | None = None) -> None:
    offices = {} if office is None else {"receive": office, "forward": office}
    for number in range(lives):
        counter.live(f"{name}-{number}", **offices)


class _Numbering(Store):
    """A store that takes a number where the desk would issue a form; the form itself is not printed."""

    office = OFFICE

    def append(self, entry: Entry) -> None:
        kind = ISSUING.get(entry.event.kind)
        if kind is not None:
            self.register.next(self.office, 2026, kind)
        super().append(entry)


class _Desk:
    """What a process of the eight holds from round to round."""

    connection: sa.Connection
    together: Barrier


def _sit_down(url: str, together: Barrier) -> None:
    _Desk.connection, _Desk.together = sa.create_engine(url).connect(), together


def _work(name: str, lives: int, office: str) -> tuple[float, float]:
    """Begin when all eight are there; the clock is the same in all processes."""
    store = _Numbering(_Desk.connection)
    store.office, counter = office, Counter(store)
    _Desk.together.wait()
    begun = perf_counter()
    _live(counter, name, lives, office)
    return begun, perf_counter()


@contextmanager
def _desks(url: str, desks: int) -> Iterator[ProcessPoolExecutor]:
    context = get_context("spawn")
    with ProcessPoolExecutor(desks, context, _sit_down, (url, context.Barrier(desks))) as pool:
        yield pool


def _at_once(pool: ProcessPoolExecutor, numbers: Iterator[int], offices: Sequence[str], lives: int) -> float:
    name = f"H26-{next(numbers)}"
    waiting = [pool.submit(_work, f"{name}-{n}", lives, office) for n, office in enumerate(offices)]
    spans = [one.result() for one in waiting]
    return _rate(len(offices) * lives, max(end for _, end in spans) - min(begin for begin, _ in spans))


def _pgbench(url: str, mode: str, script: Path, clients: int, lives: int) -> float:
    from tests.postgres import pgbench_path

    address = sa.make_url(url)
    options = {"-h": address.query["host"], "-U": address.username, "-M": mode, "-f": script}
    numbers = {"-c": clients, "-j": min(clients, THREADS), "-t": lives}
    given = [str(part) for pair in (options | numbers).items() for part in pair]
    said = run([str(pgbench_path()), "-n", *given, str(address.database)]).decode()
    found = re.search(r"tps = ([\d.]+)", said)
    if found is None or "failed transactions: 0 " not in said:
        raise MissingCommandError(f"pgbench failed: {said}")
    return float(found[1]) * len(LIFE)


def _script(url: str, path: Path, offices: Sequence[str] | None) -> Path:
    """One life as a script of pgbench, under a random code and the office of the client or of all."""
    code = f"H26-{path.name}"
    with _connected(url) as connection:
        counter = Counter(_Numbering(connection) if offices else Store(connection))
        with recorded(connection) as sent:
            counter.live(code, **({"receive": OFFICE, "forward": OFFICE} if offices else {}))
    path.write_text("\n".join(_lines(sent, _variables(code, offices))), encoding="utf-8")
    return path


def _variables(code: str, offices: Sequence[str] | None) -> Mapping[str, str]:
    shared = offices is not None and len(set(offices)) == 1
    return {code: "CAST(:code AS text)", OFFICE: "'VP-0'" if shared else "'VP-' || CAST(:client_id AS text)"}


def _lines(sent: Sequence[Sent], variables: Mapping[str, str]) -> Iterator[str]:
    yield "\\set code random(1, 1000000000000000)"
    begun = False
    for one in sent:
        if not begun:
            yield "BEGIN;"
        begun = one is not COMMIT
        values = {name: literal(value, variables) for name, value in dict(one.given).items()}
        yield " ".join((one.sql % values).split()) + ";"


def literal(value: str | int | None, variables: Mapping[str, str]) -> str:
    r"""A parameter as it stands in a script of pgbench.

    >>> print(literal("A1:2:notice", {"A1": "CAST(:code AS text)"}))
    (CAST(:code AS text) || E'\x3A2\x3Anotice')

    Args:
        value: what was sent.
        variables: texts in whose place an expression stands.

    """
    if not isinstance(value, str):
        return "NULL" if value is None else str(value)
    name = next((name for name in variables if name in value), None)
    if name is None:
        return _quoted(value)
    before, after = value.split(name)
    parts = [_quoted(before) if before else "", variables[name], _quoted(after) if after else ""]
    return "(" + " || ".join(filter(None, parts)) + ")"


def _quoted(text: str) -> str:
    """A text as pgbench leaves it alone: a colon would begin a variable."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3A")
    return f"E'{escaped}'"
