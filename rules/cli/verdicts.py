"""What `motcua check` prints for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.cli.printing import say
from rules.cli.terminal import cell, show, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    import polars as pl
    from rich.table import Table
    from rich.text import Text

    from dossier.formats.eventlog import EventLog, Unreadable
    from rules.checks import Checked, Tally
    from rules.comparing import Differences, Supposition
    from rules.rulebook import Rulebook
    from rules.streaming import Streamed
    from rules.waivers import Used

SHOWN = 10
"""Findings printed on a terminal before the rest is only counted."""
STATUS = {"read": "đã đối chiếu", "unverified": "chưa kiểm chứng"}
"""How a citation was come by."""
_STATES = {"used": "đã áp dụng", "unused": "không dùng đến", "expired": "hết hạn", "not yet": "chưa có hiệu lực"}


def print_checked(checked: Checked, cases: str = "dossiers", law_of: str = "receipt") -> None:
    """Print the counts of every rule, the first findings, the offices and the waivers.

    Args:
        checked: the check.
        cases: what the summary calls them.
        law_of: the step whose day decides which law judges them.

    """
    show(_counts(checked.tallies))
    summary = _summary(checked, cases, law_of)
    show(*_findings(checked.findings), *_offices(checked), *_waivers(checked.waivers), cell(summary))


def print_streamed(streamed: Streamed) -> None:
    """Print the same of a log that was judged by batches, and where its findings lie."""
    import polars as pl

    from dossier.formats.eventlog import Unreadable

    first = streamed.findings.filter(pl.col("kind") == "rule").head(SHOWN).collect()
    show(_counts(streamed.tallies))
    show(*_findings(first), *_waivers(streamed.total.used), cell(_summary_of_batches(streamed)))
    total = streamed.total
    say(f"read: {total.rows} rows: {total.rows - total.set_aside} read, {total.set_aside} set aside")
    if total.unreadable:
        faults = pl.scan_parquet(streamed.folder / "unreadable" / "*.parquet").head(SHOWN).collect()
        _faults(Unreadable(**one) for one in faults.iter_rows(named=True))


def _counts(tallies: Sequence[Tally]) -> Table:
    rows = [
        [
            cell(text, "bold" if tally.violated else "dim")
            for text in (
                tally.rule.code,
                tally.rule.title_vi,
                f"{tally.violated} ({tally.waived} đã miễn)" if tally.waived else tally.violated,
                tally.satisfied,
                tally.not_assessable,
                tally.not_applicable,
            )
        ]
        for tally in tallies
    ]
    return table("", "quy định", "dấu hiệu", "đúng", "không rõ", "không áp dụng", rows=rows)


def _findings(findings: pl.DataFrame) -> Iterator[Text]:
    for one in findings.head(SHOWN).iter_rows(named=True):
        waived = f" – đã miễn: {one['waived']}" if one["waived"] else ""
        citation = f"{one['citation']} – {STATUS[one['status']]}"
        yield cell(f"{one['dossier']} {one['rule']}: {one['message_vi']} [{citation}]{waived}")


def _offices(checked: Checked) -> Iterator[Text]:
    if not checked.offices.spans:
        return
    for one in checked.by_office().head(SHOWN).iter_rows(named=True):
        name = " ".join(filter(None, (one["office"] or "(không ghi cơ quan)", one["name"])))
        before = f" (gồm {', '.join(one['formerly'])})" if one["formerly"] else ""
        yield cell(f"{name}{before}: {one['findings']} dấu hiệu, {one['dossiers']} hồ sơ, {one['waived']} đã miễn")


def _waivers(waivers: Sequence[Used]) -> Iterator[Text]:
    for used in waivers:
        if used.state != "used":
            state = _STATES.get(used.state, "không có hồ sơ này")
            yield cell(f"miễn {used.waiver.dossier} {used.waiver.rule}: {state} ({used.state})")


def _summary(checked: Checked, cases: str, law_of: str) -> str:
    found, signals, unread = checked.findings.height, checked.signals.height, len(checked.log.unreadable)
    waived = found - checked.standing.height
    return (
        f"{checked.facts.height} {cases}, {checked.log.rows} events, "
        f"{_judged(checked.log.calendar.local(checked.as_of), checked.law_as_of, checked.book, law_of)}: "
        f"{found} findings{_of_these(waived)}, {signals} signals, {unread} unreadable cells"
    )


def _summary_of_batches(streamed: Streamed) -> str:
    total, found = streamed.total, streamed.total.kinds["rule"]
    return (
        f"{total.dossiers} dossiers, {total.rows} events, batches: {streamed.batches}, "
        f"{_judged(streamed.as_of, streamed.law.as_of, streamed.law.rules)}: "
        f"{found} findings{_of_these(found - streamed.standing)}, {total.kinds['signal']} signals, "
        f"{total.unreadable} unreadable cells; all of them in {streamed.folder}"
    )


def _judged(moment: datetime, law_as_of: date | None, book: Rulebook, law_of: str = "receipt") -> str:
    law = f"law as of {law_as_of}" if law_as_of else f"law of the day of {law_of}"
    own = f", with {book.house.file} of {book.house.name}, read by {book.house.parser}" if book.house else ""
    return f"judged at {moment:%Y-%m-%d %H:%M} ({law}{own})"


def _of_these(waived: int) -> str:
    return f", {waived} of them waived" if waived else ""


def print_differences(changed: Differences) -> None:
    """Print the judgements that change under the other rulebook, and why."""
    show(cell(f"{changed.changes.height} judgements change under the other rulebook"))
    for code, why in changed.reasons.items():
        show(*(cell(f"{code}: {reason}") for reason in why))
    _show_changes(changed)


def print_supposition(supposed: Supposition) -> None:
    """Print who becomes late and who no longer is."""
    for label, codes in (("becomes late", supposed.becomes_late), ("no longer late", supposed.no_longer_late)):
        show(cell(f"{label}: {_some(codes)}"))
    if supposed.late.height:
        show(table(*supposed.late.columns, rows=list(supposed.late.head(SHOWN).iter_rows())))
    _show_changes(supposed.differences)


def _some(codes: Sequence[str]) -> str:
    more = f" … {len(codes)} in all" if len(codes) > SHOWN else ""
    return (", ".join(codes[:SHOWN]) or "nobody") + more


def _show_changes(changed: Differences) -> None:
    rows = [
        (
            *(one[key] for key in ("dossier", "rule", "before", "after")),
            *(_cited(one[f"citation_{side}"], one[f"status_{side}"]) for side in ("before", "after")),
        )
        for one in changed.changes.head(SHOWN).iter_rows(named=True)
    ]
    if rows:
        show(table("dossier", "rule", "before", "after", "citation before", "citation after", rows=rows))


def _cited(citation: str | None, status: str | None) -> str:
    return f"{citation} – {STATUS[status]}" if citation and status else ""


def print_reading(log: EventLog) -> None:
    """Say on stderr what was read, put right and set aside, and every doubt."""
    say(f"read: {log.summary}")
    _faults(log.unreadable[:SHOWN])
    for warning in log.warnings:
        say(f"note: {warning}")


def _faults(faults: Iterable[Unreadable]) -> None:
    for fault in faults:
        say(f"row {fault.row}, column {fault.column}: {fault.value!r} {fault.reason}")
