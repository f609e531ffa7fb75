"""What is fuzzed: each reader with the bytes it starts from.

Our packages are imported when a target is opened, so that a fuzzer can watch their branches.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from fuzz import seeds
from fuzz.seeds import Seeds

Reader = Callable[[bytes], object]
FileReader = Callable[[Path], object]
Make = Callable[[Path], Reader]
_NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
_SHEET = "xl/worksheets/sheet1.xml"


class NoClearError(Exception):
    """An input ended in an error that says nothing."""


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        make: gives the function that reads bytes; it may write in the folder.
        seeds: gives the inputs that mutation starts from.
        aborts: whether native code below it can end the whole process, so that tests run it in one of its own.

    """

    make: Make
    seeds: Seeds
    aborts: bool = False

    def open(self, folder: Path, watch: AbstractContextManager[object] | None = None) -> Callable[[bytes], None]:
        """The reader as a fuzzer calls it: what it raises is a crash.

        Args:
            folder: where it may write.
            watch: in force while our packages are imported.

        """
        with watch or nullcontext():
            read = self.make(folder)
            clear = _clear_errors()

        def survive(data: bytes) -> None:
            try:
                read(data)
            except clear as error:
                if not str(error).strip():
                    raise NoClearError(repr(error)) from error

        return survive


def _clear_errors() -> tuple[type[Exception], ...]:
    from calendars.errors import CalendarError
    from dossier.errors import DossierError
    from rules.errors import RulesError

    return CalendarError, DossierError, RulesError, OSError


def _file(path: Path, read: FileReader) -> Reader:
    """A reader of bytes from one of files."""

    def read_bytes(data: bytes) -> object:
        path.write_bytes(data)
        return read(path)

    return read_bytes


def _text(read: Callable[[str], object]) -> Reader:
    """A reader of bytes from one of texts, given as a command line gives what is no UTF-8."""
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


def _log(name: str) -> Make:
    def make(folder: Path) -> Reader:
        from dossier.formats import read_log

        return _file(folder / name, read_log)

    return make


def _national(folder: Path) -> Reader:
    from dossier.formats import read_log
    from dossier.formats.mapping import read_mapping

    mapping = read_mapping(seeds.ROOT / "examples" / "national.toml")
    return _file(folder / "records.json", lambda path: read_log(path, mapping))


def _in_workbook(whole: bytes, read: Reader) -> Reader:
    """A reader of the XML of a sheet, put into a sound workbook: a broken archive would hide it from the fuzzer."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def read_sheet(data: bytes) -> object:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, part in {**parts, _SHEET: data}.items():
                archive.writestr(name, part)
        return read(buffer.getvalue())

    return read_sheet


def _sheet_seeds(workbooks: Seeds) -> Seeds:
    return lambda: [zipfile.ZipFile(io.BytesIO(book)).read(_SHEET) for book in workbooks()]


def _mapping(folder: Path) -> Reader:
    from dossier.formats.mapping import read_mapping

    return _file(folder / "mapping.toml", read_mapping)


def _procedures(folder: Path) -> Reader:
    from dossier.procedures import Procedures

    return _file(folder / "procedures.toml", Procedures.load)


def _house(folder: Path) -> Reader:
    from rules.house import House

    return _file(folder / "house.toml", House.load)


def _rulebook(folder: Path) -> Reader:
    from rules.rulebook import Rulebook

    return _file(folder / "rules.toml", Rulebook.load)


def _waivers(folder: Path) -> Reader:
    from rules.rulebook import rulebook
    from rules.waivers import Waivers

    return _file(folder / "waivers.toml", lambda path: Waivers.load(path, rulebook()))


def _office(folder: Path) -> Reader:
    from calendars.offices import load_office

    return _file(folder / "office.toml", load_office)


def _calendar(folder: Path) -> Reader:
    from calendars.loading import load_calendar

    return _file(folder / "calendar.toml", load_calendar)


def _expression(_: Path) -> Reader:
    from rules.expressions import read_condition
    from rules.known import known_facts
    from rules.quotas import quotas

    facts = known_facts(quotas())
    return _text(lambda text: read_condition(text, facts).always)


def _term(_: Path) -> Reader:
    from calendars.terms import Term

    return _text(lambda text: Term.parse(text).text_vi)


def _code(_: Path) -> Reader:
    from dossier.codes import DossierCode

    return _text(DossierCode.parse)


def _certificate(_: Path) -> Reader:
    from calendars import vietnam
    from calendars.certificates import read, verify

    return lambda data: verify(read(data), vietnam())


def _frame(folder: Path) -> Reader:
    from rules.audit.acts import read_frame

    return _file(folder / "frame.csv", read_frame)


def _worksheet(path: Path) -> Reader:
    from rules.audit.findings import Findings

    manifest = seeds.manifest()
    return _file(path, lambda path: Findings.read(path, manifest, today=date(2026, 11, 10)))


def _manifest(_: Path) -> Reader:
    from rules.audit.manifests import Manifest, verify_draw

    return lambda data: verify_draw(Manifest.parse(data), seeds.frame())


def _pdf(_: Path) -> Reader:
    from dossier.evidence import PdfSignatures

    checker = PdfSignatures([seeds.root()])
    return lambda data: checker.check(data, _NOW)


def _trust(_: Path) -> Reader:
    from dossier.evidence import PdfSignatures

    return lambda data: PdfSignatures([data])


TARGETS: dict[str, Target] = {
    "csv": Target(_log("log.csv"), seeds.csv_logs),
    "jsonl": Target(_log("log.jsonl"), seeds.jsonl_logs),
    "parquet": Target(_log("log.parquet"), seeds.parquet_logs, aborts=True),
    "xlsx": Target(_log("log.xlsx"), seeds.xlsx_logs),
    "xlsx-sheet": Target(
        lambda folder: _in_workbook(seeds.xlsx_logs()[0], _log("log.xlsx")(folder)), _sheet_seeds(seeds.xlsx_logs)
    ),
    "national": Target(_national, seeds.national),
    "mapping": Target(_mapping, seeds.files("mapping-*.toml", "wabo.toml", "national.toml")),
    "procedures": Target(_procedures, seeds.files("procedures-*.toml")),
    "house": Target(_house, seeds.files("rules-house-*.toml", "house.toml")),
    "rulebook": Target(_rulebook, seeds.rules),
    "waivers": Target(_waivers, seeds.waivers),
    "office": Target(_office, seeds.files("office-*.toml", "office.toml")),
    "calendar": Target(_calendar, seeds.calendars),
    "expression": Target(_expression, seeds.expressions),
    "term": Target(_term, seeds.terms),
    "code": Target(_code, seeds.codes),
    "certificate": Target(_certificate, seeds.certificates),
    "frame": Target(_frame, seeds.frames),
    "worksheet-csv": Target(lambda folder: _worksheet(folder / "w.csv"), seeds.csv_worksheets),
    "worksheet-sheet": Target(
        lambda folder: _in_workbook(seeds.xlsx_worksheets()[0], _worksheet(folder / "w.xlsx")),
        _sheet_seeds(seeds.xlsx_worksheets),
    ),
    "manifest": Target(_manifest, seeds.manifests),
    "pdf": Target(_pdf, seeds.pdfs),
    "trust": Target(_trust, lambda: [seeds.root()]),
}
