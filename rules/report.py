"""What do we publish: the findings of one check as a single HTML page for an auditor and a director."""

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from jinja2 import Template
from markupsafe import Markup

from calendars.files import replace_file
from rules.display import KIND_LABELS, Share, Value, both, compared, day, instant, moment, number, visible
from rules.pictures import Bar, counts_bar, lateness_by_office, lateness_by_week, timeline
from rules.templating import TEMPLATES, template

MOST_PER_RULE = 50
SHOWN_AT_ONCE = 5
MOST_STEPS = 40
MOST_OFFICES = 25
MOST_ROWS = 50
DECIDED_LATE, OPEN_LATE = "R13", "R14"
_SEVERITIES = ("high", "medium", "low")


class RuleRow(TypedDict):
    """One rule or signal with its four counts, which sum to the number of dossiers; `waived` are of the violated."""

    code: str
    kind: Literal["rule", "signal"]
    severity: Literal["high", "medium", "low"]
    title_vi: str
    title_en: str
    todo_vi: NotRequired[str]
    todo_en: NotRequired[str]
    citation: str
    status: Literal["read", "unverified"]
    preventable: bool
    violated: int
    satisfied: int
    not_assessable: int
    not_applicable: int
    waived: NotRequired[int]


class FindingRow(TypedDict):
    """One dossier flagged by one rule; `at` is the offending moment (ISO 8601), None when there is none."""

    dossier: str
    rule: str
    at: str | None
    found: Value
    allowed: Value
    citation: str
    status: NotRequired[Literal["read", "unverified"]]
    message_vi: str
    message_en: str
    waived: NotRequired[str | None]


class WeekRow(TypedDict):
    """Decisions of one week ("2024-W36" or its Monday); `open_overdue`: open and past due as the week ended."""

    week: str
    decided: int
    late: int
    open_overdue: NotRequired[int]


class OfficeRow(TypedDict):
    """Dossiers of one office; None is the office the log does not name."""

    office: str | None
    received: int
    decided: int
    late: int
    open_overdue: int


class StepRow(TypedDict):
    """One event of a history, in the order of the history."""

    at: str
    kind: str
    actor: NotRequired[str | None]
    office: NotRequired[str | None]
    detail: str


class UnreadableRow(TypedDict):
    """One cell that could not be read; its whole dossier was set aside."""

    dossier: str | None
    row: int
    column: str
    value: str
    reason: str


class HouseRow(TypedDict):
    """The office whose own rules were applied, its file, and what read their expressions."""

    name: str
    file: str
    parser: str
    added: Sequence[str]
    overridden: Sequence[str]


class Page(TypedDict):
    """Everything the report says; moments are ISO 8601 text on the clock the reader should see.

    `dossiers` counts the judged dossiers (those in `unreadable` are not among them). `flagged` is the number of
    dossiers with at least one finding; it must be given when `findings` does not list every flagged dossier.
    """

    title: str
    generated_from: str
    dossiers: int
    events: int
    flagged: NotRequired[int]
    as_of: str
    law_as_of: str | None
    house: NotRequired[HouseRow | None]
    calendar: str
    rules: Sequence[RuleRow]
    findings: Sequence[FindingRow]
    signals: Sequence[FindingRow]
    weeks: Sequence[WeekRow]
    offices: Sequence[OfficeRow]
    histories: Mapping[str, Sequence[StepRow]]
    unreadable: Sequence[UnreadableRow]
    warnings: Sequence[str]


@dataclass(frozen=True)
class Step:
    """A line of what happened; `row` None is the moment of the finding where no event stands."""

    at: str
    row: StepRow | None
    marked: bool


@dataclass(frozen=True)
class Case:
    """A finding with the part of its history that is printed; `before` and `after` count what is left out."""

    finding: FindingRow
    steps: tuple[Step, ...]
    before: int
    after: int


@dataclass(frozen=True)
class Group:
    """The printed cases of one rule; `more` counts the flagged dossiers that are not printed."""

    rule: RuleRow
    cases: tuple[Case, ...]
    more: int


@dataclass(frozen=True)
class Headline:
    """The figures of the first screen."""

    flagged: Share
    late: Share
    open_late: Share
    preventable: Share
    worst: RuleRow | None
    blind: tuple[RuleRow, ...]


def render(page: Page) -> str:
    """Return the report as one HTML document that asks nothing from outside itself.

    Raises:
        ValueError: a finding names a rule the page does not list, or a week cannot be read.
    """
    line = timeline(Bar(w["week"], w["decided"], w["late"], w.get("open_overdue")) for w in page["weeks"])
    offices = sorted(page["offices"], key=_latest_first)
    style, script = _asset("report.css"), _asset("report.js")
    return _template().render(
        page=page,
        headline=headline(page),
        rules=_by_weight(page, "rule"),
        signals=_by_weight(page, "signal"),
        findings=groups(page, "rule"),
        tips=groups(page, "signal"),
        line=line,
        week_pictures={"vi": lateness_by_week(line, "vi"), "en": lateness_by_week(line, "en")},
        offices=offices,
        office_total=Share(sum(row["late"] for row in offices), sum(row["decided"] for row in offices)),
        office_pictures={
            "vi": lateness_by_office(_bars(offices, "(không ghi cơ quan)"), "vi"),
            "en": lateness_by_office(_bars(offices, "(office not recorded)"), "en"),
        },
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def write_report(page: Page, path: Path | str) -> Path:
    """Write the report to `path`, whole or not at all, and return where it stands.

    Raises:
        ValueError: as `render`.
        OSError: the folder does not exist or cannot be written; an earlier report stays as it was.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(f"the folder {target.parent} does not exist: create it, or give another path")
    replace_file(target, [render(page).encode()])
    return target


def headline(page: Page) -> Headline:
    """Compute the figures of the first screen from the counts of the page."""
    rules = [rule for rule in page["rules"] if rule["kind"] == "rule"]
    found = sum(rule["violated"] for rule in rules)
    return Headline(
        flagged=Share(_flagged(page), page["dossiers"]),
        late=_judged(rules, DECIDED_LATE),
        open_late=_judged(rules, OPEN_LATE),
        preventable=Share(sum(rule["violated"] for rule in rules if rule["preventable"]), found),
        worst=max((r for r in rules if r["violated"]), key=lambda rule: rule["violated"], default=None),
        blind=tuple(rule for rule in rules if rule["not_assessable"] and not assessed(rule).whole),
    )


def assessed(rule: RuleRow) -> Share:
    """Return the flagged dossiers out of those the rule could be judged on."""
    return Share(rule["violated"], rule["violated"] + rule["satisfied"])


def groups(page: Page, kind: Literal["rule", "signal"]) -> list[Group]:
    """Collect the findings (or signals) of each rule, weightiest rule first, at most `MOST_PER_RULE` of each."""
    listed = page["findings"] if kind == "rule" else page["signals"]
    by_rule: dict[str, list[FindingRow]] = {rule["code"]: [] for rule in _by_weight(page, kind)}
    for finding in listed:
        if finding["rule"] not in by_rule:
            raise ValueError(_unknown_rule(finding, kind, by_rule))
        by_rule[finding["rule"]].append(finding)
    weighed = [_group(page, rule, by_rule[rule["code"]]) for rule in _by_weight(page, kind)]
    return [group for group in weighed if group.cases or group.more]


def steps(history: Sequence[StepRow], at: str | None) -> list[Step]:
    """Turn a history into lines and mark the moment `at`: its events, or a line of its own where no event stands."""
    when = instant(at) if at else None
    lines = [Step(row["at"], row, marked=when is not None and instant(row["at"]) == when) for row in history]
    if not lines or at is None or when is None or any(line.marked for line in lines):
        return lines
    earlier = [i for i, line in enumerate(lines) if (then := instant(line.at)) and then < when]
    place = earlier[-1] + 1 if earlier else 0
    return [*lines[:place], Step(at, None, marked=True), *lines[place:]]


def _flagged(page: Page) -> int | None:
    """Count flagged dossiers; None when the page lists fewer findings than the rules counted."""
    if "flagged" in page:
        return page["flagged"]
    counted = sum(rule["violated"] for rule in page["rules"] if rule["kind"] == "rule")
    pairs = {(finding["rule"], finding["dossier"]) for finding in page["findings"]}
    return len({dossier for _, dossier in pairs}) if len(pairs) >= counted else None


def _judged(rules: Iterable[RuleRow], code: str) -> Share:
    return next((assessed(rule) for rule in rules if rule["code"] == code), Share(0, 0))


def _by_weight(page: Page, kind: str) -> list[RuleRow]:
    """Put rules with findings first, the severe and frequent ones at the top; the others keep the order of the page."""
    chosen = [rule for rule in page["rules"] if rule["kind"] == kind]
    flagged = [rule for rule in chosen if rule["violated"]]
    flagged.sort(key=lambda rule: (_SEVERITIES.index(rule["severity"]), -rule["violated"]))
    return flagged + [rule for rule in chosen if not rule["violated"]]


def _unknown_rule(finding: FindingRow, kind: str, known: Iterable[str]) -> str:
    listed = ", ".join(sorted(known)) or "none"
    return (
        f"the {kind} {finding['rule']!r} found in dossier {visible(finding['dossier'], 80)!r} is not among the "
        f'{kind}s of the page ({listed}): add its row to page["rules"]'
    )


def _group(page: Page, rule: RuleRow, listed: Sequence[FindingRow]) -> Group:
    cases = tuple(_case(page, finding) for finding in listed[:MOST_PER_RULE])
    return Group(rule, cases, max(rule["violated"], len(listed)) - len(cases))


def _case(page: Page, finding: FindingRow) -> Case:
    lines = steps(page["histories"].get(finding["dossier"], ()), finding["at"])
    marked = next((i for i, line in enumerate(lines) if line.marked), 0)
    start = max(0, min(marked - MOST_STEPS // 2, len(lines) - MOST_STEPS))
    kept = tuple(lines[start : start + MOST_STEPS])
    return Case(finding, kept, before=start, after=len(lines) - start - len(kept))


def _latest_first(row: OfficeRow) -> tuple[bool, float, int, str]:
    share = row["late"] / row["decided"] if row["decided"] else 0.0
    return (not row["decided"], -share, -row["decided"], row["office"] or "")


def _bars(offices: Sequence[OfficeRow], unnamed: str) -> list[Bar]:
    return [Bar(row["office"] or unnamed, row["decided"], row["late"]) for row in offices[:MOST_OFFICES]]


def _pair(finding: FindingRow) -> tuple[Markup, Markup]:
    """Write found and allowed for both readers."""
    values = (finding["found"], finding["allowed"])
    (found_vi, allowed_vi), (found_en, allowed_en) = compared(values, "vi"), compared(values, "en")
    return both(found_vi, found_en), both(allowed_vi, allowed_en)


def _count(value: int) -> Markup:
    return both(number(value, "vi"), number(value, "en"))


def _percent(share: Share) -> Markup:
    return both(share.percent("vi"), share.percent("en"))


def _fraction(share: Share) -> Markup:
    return both(share.fraction("vi"), share.fraction("en"))


def _kind(kind: str) -> Markup:
    return both(*KIND_LABELS.get(kind, (kind, kind)))


@cache
def _template() -> Template:
    return template(
        "report.html.j2",
        t=both, n=_count, percent=_percent, fraction=_fraction, kind=_kind, pair=_pair, moment=moment, share=Share,
        assessed=assessed, counts_bar=counts_bar, short=visible, day=day, at_once=SHOWN_AT_ONCE,
        most_rows=MOST_ROWS, most_offices=MOST_OFFICES,
    )  # fmt: skip


@cache
def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  # a file of this package


def _policy(style: str, script: str) -> str:
    """Allow this style and this script by their hashes and nothing else: markup that slipped in would be inert."""
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
