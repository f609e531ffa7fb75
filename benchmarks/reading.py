"""Reading an event log from a file: rows a second, by format."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.logs import STEPS, synthetic_log
from benchmarks.timing import Measurement, MissingPeerError, interleave, peer, seconds
from dossier.formats.log import read_log, write_log

ENDINGS = {"CSV": "csv", "CSV, gzip": "csv.gz", "JSON Lines": "jsonl", "Parquet": "parquet"}
PLAIN = "pandas.read_csv, texts only"


def reading(*, rounds: int, rows: int) -> Measurement:
    """Read one log in every format; each time is that of `read_log`, every cell read and checked.

    Args:
        rounds: of every format.
        rows: of the log, rounded up to whole dossiers.

    """
    log = synthetic_log(-(-rows // STEPS))
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"log.{ending}" for name, ending in ENDINGS.items()}
        for path in files.values():
            write_log(log, path)
        contenders = {name: partial(_rate, log.rows, read_log, path) for name, path in files.items()}
        plain, notes = _plain(log.rows, files["CSV"])
        taken = interleave(plain | contenders, rounds)
        sizes = {name: path.stat().st_size for name, path in files.items()}
        same = all(read_log(path).events.height == log.rows for path in files.values())
    return Measurement(
        "reading",
        f"Read a log of {log.rows:,} rows and {len(log.columns)} columns",
        "rows a second",
        taken,
        higher_is_better=True,
        facts={"bytes of the file": sizes, "every row was read back": same},
        notes=(*notes, "The files lie in the page cache."),
    )


def _rate(rows: int, read: Any, path: Path) -> float:  # noqa: ANN401  # any reader
    return rows / seconds(lambda: read(path))


def _plain(rows: int, path: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The same CSV file as texts, nothing checked: what no reader of its kind gets under."""
    try:
        read = partial(peer("pandas").read_csv, dtype=str)
    except MissingPeerError as error:
        return {}, (str(error),)
    return {PLAIN: partial(_rate, rows, read, path)}, (f"{PLAIN}: for scale; it reads no moment and checks nothing.",)
