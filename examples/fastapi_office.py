"""A one-stop-shop office behind FastAPI: one session, one transaction, one answer for each request.

DATABASE_URL=postgresql+psycopg://… uvicorn fastapi_office:app
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from dossier import Dossier
from dossier.aio import AsyncDesk
from dossier.errors import Conflict, DossierError, NotAllowed, UnknownDossier
from dossier.roles import Roster
from dossier.stores.tables import TABLES

engine = create_async_engine(os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///office.db"))
roster = Roster.of({"NV-01": ["intake_officer"], "NV-02": ["case_officer"], "LD-01": ["signatory"]})


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Create the tables (in production: `motcua db upgrade`), and let go of the connections at the end."""
    async with engine.begin() as connection:
        await connection.run_sync(TABLES.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Bộ phận Một cửa", lifespan=lifespan)


async def the_desk() -> AsyncIterator[AsyncDesk]:
    """A desk in a transaction of the request's own: kept when the endpoint returns, undone when it raises."""
    async with AsyncSession(engine) as session, session.begin():
        yield AsyncDesk(session, roles=roster)


# scope="function": committed before the answer leaves, so that nothing is acknowledged and then lost
TheDesk = Annotated[AsyncDesk, Depends(the_desk, scope="function")]
Officer = Annotated[str, Header(alias="X-Officer")]  # stands for your sign-in; never trust a header for it
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"\S")]


class Fields(BaseModel, extra="forbid"):
    """What a step may carry; which of it a command needs, the desk says."""

    at: AwareDatetime | None = None
    procedure: str | None = None
    channel: str | None = None
    limit: str | None = None
    promised: date | None = None
    office: str | None = None
    reason: str | None = None
    ground: str | None = None
    document: str | None = None
    notice: str | None = None
    slip: str | None = None
    signed: bool | None = None
    digitised: bool | None = None


@app.get("/dossiers/{code}/options")
async def options(code: str, desk: TheDesk, officer: Officer) -> dict[str, list[dict[str, object]]]:
    """Every command, with every reason against it: what a screen needs for its buttons."""
    found = await desk.options(code, officer)
    return {command: [asdict(reason) for reason in reasons] for command, reasons in found.items()}


@app.get("/dossiers/{code}")
async def dossier(code: str, desk: TheDesk, officer: Officer) -> dict[str, object]:
    """The dossier as it stands."""
    return shown(await desk.dossier(code, officer))


@app.post("/dossiers/{code}/{command}")
async def act(  # the desk, the act, who and with which key
    code: str, command: str, fields: Fields, desk: TheDesk, officer: Officer, key: Key = None
) -> dict[str, object]:
    """Carry out a command (`receive`, `forward`, `pause`, …); with its key sent again, it is not repeated."""
    given = fields.model_dump(exclude_none=True)
    return shown(await desk.do(code, command, actor=officer, key=key, **given))


def shown(dossier: Dossier) -> dict[str, object]:
    """A dossier for the screen."""
    due = None if dossier.legal_due is None else dossier.legal_due.value
    return {"code": dossier.code, "version": dossier.version, "state": dossier.state, "legal_due": due}


@app.exception_handler(NotAllowed)
async def refused(_request: Request, error: NotAllowed) -> JSONResponse:
    """Every reason, in Vietnamese and English; 422 when the form can mend them all, 409 when it cannot."""
    fixable = all(reason.field for reason in error.reasons)
    return JSONResponse({"reasons": [asdict(reason) for reason in error.reasons]}, 422 if fixable else 409)


@app.exception_handler(DossierError)
async def failed(_request: Request, error: DossierError) -> JSONResponse:
    """What was found, what is allowed, what to do next."""
    status = {UnknownDossier: 404, Conflict: 409}.get(type(error), 422)
    return JSONResponse({"error": type(error).__name__, "message": str(error)}, status)
