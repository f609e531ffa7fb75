"""A database by its address: opened, and what is wrong with it said in a sentence that shows no password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from dossier.errors import UnsupportedDatabase, UnusableDatabase
from dossier.stores.statements import INSERTS

_EXAMPLE = "write for example sqlite:///office.db or postgresql://user@host/database"
_REMEDIES = {
    "SQLITE_NOTADB": "give the path of an SQLite database",
    "SQLITE_BUSY": "another process is writing; try again when it is done",
    "SQLITE_READONLY": "get the right to write the file",
    "SQLITE_CANTOPEN": "check the path, and that its folder is there",
}
_OTHERWISE = "check the address, that the server runs, and the rights of the user"


@contextmanager
def connected(address: str, *, create: bool = False) -> Iterator[sa.Connection]:
    """A transaction on a database: kept at the end, undone when anything fails.

    Args:
        address: as SQLAlchemy writes it, as `sqlite:///office.db`.
        create: whether a file that is not there is made.

    Raises:
        UnusableDatabase: it cannot be opened, read or written.
        UnsupportedDatabase: neither SQLite nor PostgreSQL.

    """
    url = _parsed(address)
    if url.get_backend_name() == "sqlite":
        _refuse_what_vanishes(url, create=create)
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise UnusableDatabase(shown(url), _sentence(error, url), _EXAMPLE) from None
    except ImportError as error:
        remedy = "install the driver, for PostgreSQL by pip install 'motcua[postgres]'"
        raise UnusableDatabase(shown(url), _sentence(error, url), remedy) from None
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        raise UnusableDatabase(shown(url), _sentence(error.orig or error, url), _remedy(error)) from None


def shown(url: sa.URL) -> str:
    """An address without its passwords.

    >>> shown(sa.make_url("postgresql://anna:geheim@host/office?sslpassword=geheim"))
    'postgresql://anna:***@host/office?sslpassword=hidden'
    """
    hidden = {name: "hidden" for name in url.query if "pass" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def _parsed(address: str) -> sa.URL:
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number
        hidden = re.sub(r"(?<=://).*(?=@)|(?<=[?&]).*", "***", address)
        raise UnusableDatabase(hidden, "this is no address of a database", _EXAMPLE) from None
    if url.get_backend_name() not in INSERTS:
        raise UnsupportedDatabase(url.get_backend_name(), INSERTS)
    return url


def _refuse_what_vanishes(url: sa.URL, *, create: bool) -> None:
    path = url.database or ":memory:"
    if ":memory:" in path:
        raise UnusableDatabase(shown(url), "a database in memory ends with the command", _EXAMPLE)
    if not (create or path.startswith("file:") or Path(path).is_file()):
        raise UnusableDatabase(shown(url), "there is no such file", "check the path, or make it with motcua db upgrade")


def _sentence(error: BaseException, url: sa.URL) -> str:
    sentence = " ".join(str(error).split())
    return sentence.replace(str(url.password), "***") if url.password else sentence


def _remedy(error: sa.exc.DBAPIError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    found = (remedy for begin, remedy in _REMEDIES.items() if name.startswith(begin))
    return next(found, _OTHERWISE)
