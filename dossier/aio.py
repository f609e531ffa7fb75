"""The desk for asyncio: the same desk, awaited, over the host's asynchronous connection or session."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.ext.asyncio.exc import AsyncContextNotStarted
from sqlalchemy.orm import Session

from calendars import WorkCalendar
from dossier.desk import Desk
from dossier.errors import NotLendable
from dossier.kind import DOSSIER, CaseKind
from dossier.quotas import QuotasOn, once_each
from dossier.roles import RolesOf
from dossier.setting import ProcedureBook
from dossier.stores.sql import Store
from dossier.stores.tables import Tables, tables_of

if TYPE_CHECKING:
    from dossier.evidence import Evidence
    from dossier.forms.issuing import Printer

P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    act: Callable[Concatenate[Desk, P], T],
) -> Callable[Concatenate[AsyncDesk, P], Coroutine[Any, Any, T]]:
    @wraps(act)
    async def awaited(self: AsyncDesk, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.bind.run_sync(lambda _: act(self.desk, *args, **kwargs))

    return awaited


class AsyncDesk:
    """A desk whose acts are awaited; they are those of `Desk`, with its arguments, answers and errors.

    Like it, it never commits: what a cancelled task had done is undone with the host's transaction.

    Attributes:
        bind: the connection or session that it works over.
        desk: the desk itself, for use inside `bind.run_sync`.

    Args:
        bind: the host's; begun where it is a connection.
        tables: the tables, which must be there; those of the kind of case where none are given.
        roles: as for `Desk`, and so are the others.
        calendar: the calendar of the office.
        procedures: the procedure file.
        quotas: gives the quotas for the day of receipt.
        now: the clock on the wall, aware.
        kind: the kind of case that it runs.

    Raises:
        NotLendable: the bind is neither.
        AsyncContextNotStarted: of SQLAlchemy; the connection has not begun.

    """

    def __init__(  # noqa: PLR0913  # those of `Desk`
        self,
        bind: AsyncConnection | AsyncSession,
        tables: Tables | None = None,
        *,
        roles: RolesOf,
        calendar: WorkCalendar | None = None,
        procedures: ProcedureBook | None = None,
        quotas: QuotasOn = once_each,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        evidence: Evidence | None = None,
        forms: Printer | None = None,
        codes: bool = False,
        kind: CaseKind = DOSSIER,
    ) -> None:
        self.bind = bind
        self.desk = Desk(
            Store(_synchronous(bind), tables or tables_of(kind.prefix), kind.lifecycle),
            roles=roles,
            calendar=calendar,
            procedures=procedures,
            quotas=quotas,
            now=now,
            evidence=evidence,
            forms=forms,
            codes=codes,
            kind=kind,
        )

    do = _awaited(Desk.do)  # type: ignore[arg-type]  # mypy fears a field named self
    why_not = _awaited(Desk.why_not)  # type: ignore[arg-type]  # mypy fears a field named self
    may = _awaited(Desk.may)  # type: ignore[arg-type]  # mypy fears a field named self
    options = _awaited(Desk.options)
    dossier = _awaited(Desk.dossier)
    attach = _awaited(Desk.attach)
    adopt = _awaited(Desk.adopt)
    worklist = _awaited(Desk.worklist)
    sweep = _awaited(Desk.sweep)
    deliver = _awaited(Desk.deliver)


def _synchronous(bind: object) -> sa.Connection | Session:
    if isinstance(bind, AsyncSession):
        return bind.sync_session
    if not isinstance(bind, AsyncConnection):
        raise NotLendable(bind)
    if bind.sync_connection is None:
        raise AsyncContextNotStarted("the connection has not begun; use it inside `async with engine.connect()`")
    return bind.sync_connection
