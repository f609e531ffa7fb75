"""Findings as a file for a spreadsheet or another program."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from calendars.files import replace_file
from rules.errors import RulesError

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell of a CSV file must not begin with: a spreadsheet would take it for a formula."""
BOM = b"\xef\xbb\xbf"


class UnknownEnding(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A file name that promises no format that findings are written in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: findings are written as {', '.join(_WRITERS)}; name the file so")


class DoesNotFit(RulesError, ValueError):  # noqa: N818  # named for what was found
    """More findings, or a longer text, than a sheet of a workbook holds."""

    def __init__(self, findings: int) -> None:
        self.findings = findings
        super().__init__(
            f"{findings} findings do not fit into a workbook (1,048,575 rows, 32,767 characters a cell): "
            "write .csv or .parquet"
        )


def write_findings(found: pl.DataFrame, path: Path) -> None:
    """Write findings, whole or not at all, in the format that the ending of the file names.

    Args:
        found: findings, as `rules.checks.Checked.found` has them: texts.
        path: .csv, .xlsx (no cell of either can become a formula), .jsonl or .parquet.

    Raises:
        UnknownEnding: another ending.
        DoesNotFit: a workbook cannot hold them.
        OSError: the file cannot be written.

    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UnknownEnding(path)
    replace_file(path, [write(found)])


def harmless(column: str) -> pl.Expr:
    """A text column of a CSV file whose cells no spreadsheet takes for a formula: those get an apostrophe before them.

    >>> pl.DataFrame({"a": ["=1+1", "H56-1"]}).select(harmless("a"))["a"].to_list()
    ["'=1+1", 'H56-1']
    """
    begins = pl.any_horizontal(*(pl.col(column).str.starts_with(sign) for sign in DANGEROUS))
    return pl.when(begins).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(column)


def _csv(found: pl.DataFrame) -> bytes:
    return BOM + found.select(map(harmless, found.columns)).write_csv().encode()


def _jsonl(found: pl.DataFrame) -> bytes:
    return found.write_ndjson().encode()


def _parquet(found: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    found.write_parquet(file)
    return file.getvalue()


def _xlsx(found: pl.DataFrame) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": False}) as book:
        sheet = book.add_worksheet("findings")
        for number, row in enumerate([tuple(found.columns), *found.iter_rows()]):
            for place, text in enumerate(row):
                # `write` would turn "=1+1" into a formula
                if text is not None and sheet.write_string(number, place, text):
                    raise DoesNotFit(found.height)
    return file.getvalue()


_WRITERS: Mapping[str, Callable[[pl.DataFrame], bytes]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
