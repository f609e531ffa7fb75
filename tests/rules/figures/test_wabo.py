"""The permits of a Dutch municipality: the overdue share of each officer against a count with the csv module."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from dossier.formats.log import read_log
from dossier.formats.mapping import read_mapping
from rules.figures.figures import figures
from rules.figures.indicators import indicators
from rules.figures.periods import Period
from rules.figures.table import measured
from tests.rules.test_commands import EXAMPLES, WABO

PERIOD = Period.parse("2010-01-01..2012-12-31")

pytestmark = pytest.mark.skipif(
    not WABO.exists(), reason=f"{WABO} is not there: the log of a Dutch municipality is not ours to ship"
)


def cases() -> dict[str, dict[str, str]]:
    """The first row of each case; what is asked for is the same in all of its rows."""
    with gzip.open(WABO, "rt", encoding="utf-8", newline="") as file:
        found: dict[str, dict[str, str]] = {}
        for row in csv.DictReader(file):
            found.setdefault(row["case:concept:name"], row)
        return found


def confirmed() -> set[str]:
    """The cases that were received: their receipt was confirmed."""
    with gzip.open(WABO, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["case:concept:name"] for row in rows if row["concept:name"] == "Confirmation of receipt"}


def shares_by_csv() -> dict[str, Fraction]:
    """Of the received cases with an end and a deadline, those whose end lies after it, by who is responsible."""
    late: dict[str, list[bool]] = defaultdict(list)
    received = confirmed()
    for code, row in cases().items():
        if code in received and row["case:enddate"] and row["case:deadline"]:
            end, due = (datetime.fromisoformat(row[name]) for name in ("case:enddate", "case:deadline"))
            if PERIOD.first <= end.date() <= PERIOD.last:
                late[row["case:responsible"]].append(end > due)
    return {officer: Fraction(sum(found), len(found)) for officer, found in late.items()}


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mapping of the example, with who is responsible as the officer."""
    text = (EXAMPLES / "wabo.toml").read_text(encoding="utf-8")
    told = text.replace('column = "case:enddate"', 'column = "case:enddate"\nactor = "case:responsible"')
    assert told != text
    path = tmp_path_factory.mktemp("wabo") / "wabo.toml"
    path.write_text(told, encoding="utf-8")
    return path


def test_the_overdue_share_of_each_officer_is_that_of_an_independent_count(mapping: Path) -> None:
    found = figures(measured(read_log(WABO, read_mapping(mapping)), PERIOD), indicators().only("I.6"), by=["officer"])
    shares = {figure.group["officer"]: figure.value for figure in found if figure.denominator}
    assert shares == shares_by_csv()
    assert len({*shares.values()}) > 5
