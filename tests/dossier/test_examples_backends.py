"""The two example backends, run: FastAPI over asynchronous sessions, Django over its own connection."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from dossier import UNCHECKED, Desk
from dossier.errors import NoOpenTransaction
from dossier.stores.lending import lent
from dossier.stores.tables import TABLES
from tests.dossier.office import FIELDS
from tests.postgres import new_database

EXAMPLES = Path(__file__).parents[2] / "examples"
INTAKE, CASE = {"X-Officer": "NV-01"}, {"X-Officer": "NV-02"}


def load(name: str, url: str) -> ModuleType:
    """An example as its own program would be, anew."""
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module


def test_the_blocks_of_the_page_print_what_the_page_says(tmp_path: Path) -> None:
    page = (EXAMPLES.parent / "docs" / "embedding.md").read_text(encoding="utf-8")
    found = re.findall(r"```python\n(.*?)```\n\nIt prints `(.*?)`", page, re.DOTALL)
    assert len(found) == page.count("```python") == 3
    for code, printed in found:
        command = [sys.executable, "-Werror", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)  # noqa: S603
        assert done.stdout == printed + "\n"


# FastAPI

Calls = Callable[[httpx.AsyncClient, ModuleType], Coroutine[Any, Any, None]]


@pytest.fixture(params=["sqlite", "postgres"])
def fastapi_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'office.db'}"
    else:
        with new_database(request.getfixturevalue("postgres_url")) as url:
            yield url


def served(url: str, calls: Calls) -> None:
    """Call the example as a client would."""

    async def run() -> None:
        office = load("fastapi_office", url)
        transport = httpx.ASGITransport(office.app, raise_app_exceptions=False)
        async with (
            office.app.router.lifespan_context(office.app),
            httpx.AsyncClient(transport=transport, base_url="http://office") as client,
        ):
            await calls(client, office)

    asyncio.run(run())


async def state(client: httpx.AsyncClient, code: str = "H1") -> str | None:
    answer = await client.get(f"/dossiers/{code}", headers=INTAKE)
    return answer.json()["state"] if answer.status_code == 200 else None


def test_a_dossier_is_received_offered_its_commands_and_acted_on(fastapi_url: str) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        received = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=INTAKE)
        assert (received.status_code, received.json()["state"], received.json()["version"]) == (200, "received", 1)
        options = (await client.get("/dossiers/H1/options", headers=CASE)).json()
        assert [reason["code"] for reason in options["forward"]] == ["forward.office"]
        assert any(reason["field"] is None for reason in options["deliver"])
        forwarded = await client.post("/dossiers/H1/forward", json=FIELDS["forward"], headers=CASE)
        assert forwarded.json()["state"] == "processing"
        assert await state(client) == "processing"

    served(fastapi_url, calls)


def test_fields_that_are_missing_are_422_with_every_reason_in_two_languages(fastapi_url: str) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        refused = await client.post("/dossiers/H1/receive", json={"limit": "5 ngày làm việc"}, headers=INTAKE)
        assert refused.status_code == 422
        reasons = {reason["code"]: reason for reason in refused.json()["reasons"]}
        assert {"receive.slip", "receive.procedure"} <= set(reasons)
        assert all(reason["message_vi"] and reason["message_en"] for reason in reasons.values())
        assert await state(client) is None

    served(fastapi_url, calls)


def test_a_command_that_does_not_fit_the_state_or_the_role_is_409(fastapi_url: str) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        stranger = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers={"X-Officer": "NV-99"})
        assert stranger.status_code == 409
        assert [reason["code"] for reason in stranger.json()["reasons"]] == ["role.denied"]
        await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=INTAKE)
        again = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=INTAKE)
        assert again.status_code == 409

    served(fastapi_url, calls)


def test_a_command_sent_twice_with_one_key_has_one_effect_and_one_answer(fastapi_url: str) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        headers = INTAKE | {"Idempotency-Key": "9f1c"}
        first = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=headers)
        second = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=headers)
        assert (second.status_code, second.json()) == (200, first.json())
        other = await client.post("/dossiers/H2/receive", json=FIELDS["receive"], headers=headers)
        assert (other.status_code, other.json()["error"]) == (422, "KeyReused")

    served(fastapi_url, calls)


def test_the_same_command_twice_at_once_has_one_effect_and_one_answer(postgres_database: str) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        headers = INTAKE | {"Idempotency-Key": "9f1c"}
        sent = [client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=headers) for _ in range(5)]
        answers = await asyncio.gather(*sent)
        assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
        assert answers[0].json()["version"] == 1

    served(postgres_database, calls)


def test_what_cannot_be_committed_is_not_acknowledged(fastapi_url: str) -> None:
    async def calls(client: httpx.AsyncClient, office: ModuleType) -> None:
        def fail(_connection: sa.Connection) -> None:
            raise OSError("the disk is full")

        sa.event.listen(office.engine.sync_engine, "commit", fail)
        answer = await client.post("/dossiers/H1/receive", json=FIELDS["receive"], headers=INTAKE)
        sa.event.remove(office.engine.sync_engine, "commit", fail)
        assert answer.status_code == 500
        assert await state(client) is None

    served(fastapi_url, calls)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("H1/fly", {}),
        ("H1/receive", {"slip": "TN-1", "colour": "red"}),
        ("H1/receive", {"actor": "LD-01"}),
        ("H1/receive", {"override": {"reason": "x", "approver": "y"}}),
        ("H1/receive", {"at": "2026-06-01T09:00"}),
    ],
)
def test_hostile_calls_are_answered_with_an_error_of_the_client(
    tmp_path: Path, call: str, fields: dict[str, object]
) -> None:
    async def calls(client: httpx.AsyncClient, _office: ModuleType) -> None:
        assert (await client.post(f"/dossiers/{call}", json=fields, headers=INTAKE)).status_code == 422
        blank = await client.post(
            "/dossiers/H1/receive", json=FIELDS["receive"], headers=INTAKE | {"Idempotency-Key": " "}
        )
        assert blank.status_code == 422
        assert (await client.get("/dossiers/H1", headers=INTAKE)).status_code == 404

    served(f"sqlite+aiosqlite:///{tmp_path / 'office.db'}", calls)


# Django


@pytest.fixture(scope="module")
def django_office(postgres_url: str) -> Iterator[ModuleType]:
    with new_database(postgres_url) as url:
        office = load("django_office", url)
        office.create_tables()
        yield office
        office.connection.close()


class Outside:
    """What everybody else sees of the host's rows and of the events of a dossier."""

    def __init__(self, office: ModuleType) -> None:
        self.url = office.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def __call__(self, code: str, name: str) -> tuple[int, int]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT count(*) FROM office_applicant WHERE name = %s", (name,)).fetchone()
            events = connection.execute("SELECT count(*) FROM motcua_events WHERE dossier = %s", (code,)).fetchone()
        assert rows is not None
        assert events is not None
        return rows[0], events[0]


@pytest.fixture
def outside(django_office: ModuleType) -> Outside:
    return Outside(django_office)


def posted(office: ModuleType, code: str, name: str, headers: dict[str, str] = INTAKE, **changed: str) -> Any:
    """The example's view, called as Django calls it."""
    from django.test import RequestFactory

    form = {"identity_number": f"{abs(hash(name)) % 10**12:012}", "name": name} | dict(FIELDS["receive"]) | changed
    request = RequestFactory().post(f"/dossiers/{code}/receive", form, headers=headers)
    return office.receive(request, code)


def test_the_row_of_the_host_and_the_event_are_kept_together(django_office: ModuleType, outside: Outside) -> None:
    assert posted(django_office, "D1", "Nguyễn Văn A").status_code == 200
    assert outside("D1", "Nguyễn Văn A") == (1, 1)


def test_a_refused_dossier_leaves_no_row_of_the_host_either(django_office: ModuleType, outside: Outside) -> None:
    refused = posted(django_office, "D2", "Trần Thị B", slip="")
    assert refused.status_code == 409
    assert [reason["code"] for reason in json.loads(refused.content)["reasons"]] == ["receive.slip"]
    assert outside("D2", "Trần Thị B") == (0, 0)


def test_one_key_gives_one_row_one_event_and_one_answer(django_office: ModuleType, outside: Outside) -> None:
    headers = INTAKE | {"Idempotency-Key": "d3"}
    first, second = (posted(django_office, "D3", "Lê Văn C", headers) for _ in range(2))
    assert (second.status_code, second.content) == (200, first.content)
    assert outside("D3", "Lê Văn C") == (1, 1)


def both(office: ModuleType, code: str, name: str, bind: object) -> None:
    """A row of the host and an event over `bind` in one block, which then fails."""
    with pytest.raises(ZeroDivisionError), office.transaction.atomic():  # noqa: PT012  # it must fail after both
        office.Applicant.objects.create(identity_number=code, name=name)
        Desk(bind, roles=UNCHECKED).do(code, "receive", **FIELDS["receive"])
        raise ZeroDivisionError


def test_a_rollback_of_the_block_undoes_the_row_and_the_event(django_office: ModuleType, outside: Outside) -> None:
    both(django_office, "D4", "Phạm Văn D", django_office.connection)
    assert outside("D4", "Phạm Văn D") == (0, 0)


def test_the_test_above_would_notice_two_transactions(django_office: ModuleType, outside: Outside) -> None:
    engine = sa.create_engine(django_office.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as another:
        both(django_office, "D5", "Hoàng Thị E", another)
    engine.dispose()
    assert outside("D5", "Hoàng Thị E") == (0, 1)


def test_row_and_event_carry_the_number_of_one_transaction(django_office: ModuleType, outside: Outside) -> None:
    with django_office.transaction.atomic():
        django_office.Applicant.objects.create(identity_number="D6", name="Vũ Văn F")
        Desk(django_office.connection, roles=UNCHECKED).do("D6", "receive", **FIELDS["receive"])
        assert outside("D6", "Vũ Văn F") == (0, 0)
        with django_office.connection.cursor() as cursor:
            cursor.execute("SELECT xmin::text FROM office_applicant WHERE name = 'Vũ Văn F'")
            row = cursor.fetchone()
            cursor.execute("SELECT xmin::text FROM motcua_events WHERE dossier = 'D6'")
            event = cursor.fetchone()
    assert row == event
    assert outside("D6", "Vũ Văn F") == (1, 1)


def test_an_inner_block_undoes_its_own_part(django_office: ModuleType, outside: Outside) -> None:
    with django_office.transaction.atomic():
        Desk(django_office.connection, roles=UNCHECKED).do("D7", "receive", **FIELDS["receive"])
        both(django_office, "D8", "Đỗ Thị G", django_office.connection)
    assert outside("D7", "Đỗ Thị G") == (0, 1)
    assert outside("D8", "Đỗ Thị G") == (0, 0)


def test_outside_a_block_the_desk_reads_and_does_not_write(django_office: ModuleType, outside: Outside) -> None:
    desk = Desk(django_office.connection, roles=UNCHECKED)
    assert desk.may("D9", "receive", **FIELDS["receive"])
    with pytest.raises(NoOpenTransaction, match=r"transaction\.atomic\(\) of Django"):
        desk.do("D9", "receive", **FIELDS["receive"])
    assert outside("D9", "") == (0, 0)


def test_on_sqlite_a_block_of_django_undoes_and_keeps_events_too(django_office: ModuleType, tmp_path: Path) -> None:
    from django.db.utils import ConnectionHandler

    assert django_office.settings.configured
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "office.db")}
    connection = ConnectionHandler({"default": database})["default"]
    TABLES.metadata.create_all(lent(connection))
    desk = Desk(connection, roles=UNCHECKED)
    for keep in (False, True):
        connection.set_autocommit(False)
        desk.do("A1", "receive", **FIELDS["receive"])
        connection.commit() if keep else connection.rollback()
        connection.set_autocommit(True)
        assert desk.may("A1", "receive", **FIELDS["receive"]) is not keep
    connection.close()
