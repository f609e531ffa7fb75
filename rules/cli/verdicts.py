"""What `motcua check` prints for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.cli.printing import say
from rules.cli.terminal import cell, show, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from dossier.formats.eventlog import EventLog
    from rules.checks import Checked
    from rules.comparing import Differences, Supposition

SHOWN = 10
"""Findings printed on a terminal before the rest is only counted."""
STATUS = {"read": "đã đối chiếu", "unverified": "chưa kiểm chứng"}
"""How a citation was come by."""
_STATES = {"used": "đã áp dụng", "unused": "không dùng đến", "expired": "hết hạn", "not yet": "chưa có hiệu lực"}


def print_checked(checked: Checked) -> None:
    """Print the counts of every rule, the first findings, the offices and the waivers."""
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
        for tally in checked.tallies
    ]
    show(table("", "quy định", "dấu hiệu", "đúng", "không rõ", "không áp dụng", rows=rows))
    show(*_findings(checked), *_offices(checked), *_waivers(checked), cell(_summary(checked)))


def _findings(checked: Checked) -> Iterator[Text]:
    for one in checked.findings.head(SHOWN).iter_rows(named=True):
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


def _waivers(checked: Checked) -> Iterator[Text]:
    for used in checked.waivers:
        if used.state != "used":
            state = _STATES.get(used.state, "không có hồ sơ này")
            yield cell(f"miễn {used.waiver.dossier} {used.waiver.rule}: {state} ({used.state})")


def _summary(checked: Checked) -> str:
    found, signals, unread = checked.findings.height, checked.signals.height, len(checked.log.unreadable)
    law = f"law as of {checked.law_as_of}" if checked.law_as_of else "law of the day of receipt"
    house = checked.book.house
    own = f", with {house.file} of {house.name}, read by {house.parser}" if house else ""
    moment = checked.log.calendar.local(checked.as_of)
    waived = found - checked.standing.height
    of_these = f", {waived} of them waived" if waived else ""
    return (
        f"{checked.facts.height} dossiers, {checked.log.rows} events, judged at {moment:%Y-%m-%d %H:%M} ({law}{own}): "
        f"{found} findings{of_these}, {signals} signals, {unread} unreadable cells"
    )


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
    for fault in log.unreadable[:SHOWN]:
        say(f"row {fault.row}, column {fault.column}: {fault.value!r} {fault.reason}")
    for warning in log.warnings:
        say(f"note: {warning}")
