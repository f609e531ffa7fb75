"""How the answers of a desk look: as JSON documents, and as tables for the officer at a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import typer

from rules.cli.terminal import cell, show, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dossier import Dossier, Reason, Record
    from dossier.stores.queues import Armed, Posted
    from dossier.sweeping import Swept
    from dossier.worklist import Place, WorklistLine

_NO_END = "-"


# a sweep

REMINDERS = {
    "window_closing": "sắp hết 8 giờ trả lời hồ sơ trực tuyến",
    "window_over": "đã hết 8 giờ trả lời hồ sơ trực tuyến",
    "due_soon": "sắp đến hạn giải quyết",
    "apology_needed": "phải xin lỗi và hẹn lại",
    "overdue": "quá hạn giải quyết",
    "answer_overdue": "quá thời gian chờ bổ sung",
    "pause_too_long": "dừng tính thời gian quá lâu",
    "step_overdue": "quá hạn của bước",
    "forward_due": "sắp hết hạn chuyển phản ánh, kiến nghị",
    "extension_due": "sắp hết hạn đề nghị gia hạn",
    "publish_due": "sắp hết hạn công khai kết quả trả lời",
}
"""What each kind of reminder is called on a terminal."""


def swept_document(swept: Swept) -> dict[str, Any]:
    """What a sweep did: reminders by kind, and each that failed."""
    failed = [one._asdict() | {"at": one.at.isoformat(), "reason": why} for one, why in swept.failed]
    return {"fired": _by_kind(swept.fired), "moved": _by_kind(swept.moved), "failed": failed}


def print_swept(swept: Swept) -> None:
    """The same for a reader."""
    told = swept_document(swept)
    failed = _by_kind(one for one, _ in swept.failed)
    kinds = sorted({*told["fired"], *told["moved"], *failed})
    rows = [
        (REMINDERS.get(kind, kind), told["fired"].get(kind, 0), told["moved"].get(kind, 0), failed.get(kind, 0))
        for kind in kinds
    ]
    if rows:
        show(table("nhắc việc · reminder", "đã nhắc · fired", "dời · moved", "lỗi · failed", rows=rows))
    for one in told["failed"]:
        show(cell(f"{one['dossier']} {one['kind']}: {one['reason']}"))
    typer.echo(
        f"{len(swept.fired)} nhắc việc vào hộp gửi · put into the outbox, {len(swept.moved)} dời · moved, "
        f"{len(swept.failed)} lỗi · failed"
    )


def _by_kind(found: Iterable[Armed]) -> dict[str, int]:
    return dict(sorted(Counter(one.kind for one in found).items()))


# the outbox

_STATUSES = {"waiting": "chờ gửi · waiting", "sent": "đã gửi · sent", "dead": "bỏ · given up"}


def message_document(message: Posted) -> dict[str, Any]:
    """A message that was given up; its content is not kept."""
    return {name: getattr(message, name) for name in ("key", "topic", "dossier", "version", "attempts", "last_error")}


def print_outbox(counts: Mapping[str, Mapping[str, int]], dead: Sequence[Posted] | None, revived: int) -> None:
    """The counts, the messages that were given up where they are asked for, and how many wait again."""
    rows = [(topic, *(found.get(status, 0) for status in _STATUSES)) for topic, found in counts.items()]
    show(
        table("chủ đề · topic", *_STATUSES.values(), rows=rows) if rows else cell("hộp gửi trống · the outbox is empty")
    )
    if dead is not None and not dead:
        show(cell("không có tin bị bỏ · no message was given up"))
    if dead:
        given_up = [(one.key, one.attempts, one.last_error) for one in dead]
        show(table("khóa · key", "lần · tries", "lỗi cuối · last error", rows=given_up))
    if revived:
        typer.echo(f"{revived} sẽ gửi lại · wait again")


# a worklist

_STYLES = {"overdue": "bold red", "today": "dark_orange", "soon": "yellow", "normal": "green", "waiting": "dim"}


def line_document(line: WorklistLine, names: Mapping[str, str]) -> dict[str, Any]:
    """A line of a worklist; the name of the officer only where names were given."""
    told = {name: getattr(line, name) for name in line.__slots__} | {"colour": line.colour.value}
    told |= {"legal_due": _iso(line.legal_due), "place": place_text(line.place)}
    return told | ({"officer_name": names.get(line.officer or "")} if names else {})


def print_lines(lines: Sequence[WorklistLine], names: Mapping[str, str], following: str | None) -> None:
    """A page of a worklist, each line in the colour of its class."""
    columns = ("hồ sơ", "còn lại", "mức", "hạn giải quyết", "trạng thái", "đơn vị", "người thụ lý")
    rows = [_line(line, names) for line in lines]
    show(table(*columns, rows=rows) if rows else cell("không có hồ sơ đang giải quyết · no open dossier"))
    if following:
        show(cell(f"trang sau · next page: --after '{following}'"))


def _line(line: WorklistLine, names: Mapping[str, str]) -> tuple[object, ...]:
    from dossier.worklist import worklist_rules

    label, style = worklist_rules().colour[line.colour].vi, _STYLES.get(line.colour, "")
    officer = names.get(line.officer or "", line.officer)
    coloured = (cell(text, style) for text in (line.dossier, line.remaining_vi, label))
    return (*coloured, day_vi(line.legal_due), line.state_vi, line.office, officer)


def place_text(place: Place) -> str:
    """The place of a line, as `--after` takes it: when its legal time is over, a slash, its code."""
    return f"{_NO_END if place.ends_at is None else place.ends_at.isoformat()}/{place.dossier}"


def read_place(text: str) -> Place:
    """The place that was written so.

    >>> read_place("2026-08-20T10:00:00+00:00/A/1").dossier
    'A/1'

    Raises:
        MalformedRequest: no place, or its moment has no offset.

    """
    from calendars.errors import MalformedRequest
    from calendars.requests import read_moment
    from dossier.worklist import Place

    end, slash, code = text.partition("/")
    if not (slash and code):
        raise MalformedRequest(text, "the place of a line, END/CODE", "2026-08-20T10:00:00+00:00/A1")
    return Place(None if end == _NO_END else read_moment(end), code)


# a dossier


def dossier_document(view: Dossier, options: Mapping[str, Sequence[Reason]]) -> dict[str, Any]:
    """A dossier for a screen: reason, applicant and document ids are left to the event log."""
    return {
        "dossier": view.code,
        "state": view.state,
        "procedure": view.procedure,
        "received_at": _iso(_local(view, view.received_at)),
        "limit": view.limit,
        "legal_due": _iso(view.legal_due.value if view.legal_due else None),
        "due_without_pauses": _iso(view.due_without_pauses.value if view.due_without_pauses else None),
        "promised": _iso(_local(view, view.promised)),
        "waiting": list(view.waiting),
        "overdue": view.overdue,
        "decided_at": _iso(view.decided_at),
        "history": [_step(view, record) for record in view.history],
        "options": {command: [_why(reason) for reason in reasons] for command, reasons in options.items()},
    }


def print_dossier(view: Dossier, options: Mapping[str, Sequence[Reason]]) -> None:
    """The same for a reader: where it stands, its steps, what may be done, and what may not, with every reason."""
    from dossier.lifecycle import STATES

    show(table("", "", "", rows=_dates(view), title=f"{view.code}: {STATES[view.state]}"))
    show(table("bước", "khi nào", "việc", "người làm", "đơn vị", rows=[_step_row(view, one) for one in view.history]))
    offered = {command: why for command, why in options.items() if all(one.field for one in why)}
    fields = [
        (_command(command), ", ".join(dict.fromkeys(str(one.field) for one in why))) for command, why in offered.items()
    ]
    show(table("có thể làm · may be done", "cần điền · needs", rows=fields))
    barred = defaultdict(list)
    for command in (one for one in options if one not in offered):
        barred[_sentences(options[command])].append(_command(command))
    rows = [(", ".join(commands), why) for why, commands in barred.items()]
    show(table("chưa thể làm · may not", "vì · because", rows=rows, first_whole=False))


def _dates(view: Dossier) -> list[tuple[object, ...]]:
    due, without = view.legal_due, view.due_without_pauses
    return [
        ("tiếp nhận", day_vi(_local(view, view.received_at)), "thời hạn tính từ đây"),
        ("thời hạn giải quyết", view.limit, "in trên giấy tiếp nhận"),
        ("hạn giải quyết", day_vi(due.value if due else None), _due_vi(view)),
        ("hạn nếu không tính tạm dừng", day_vi(without.value if without else None), ""),
        ("ngày hẹn trả", day_vi(_local(view, view.promised)), "lần hẹn sau cùng; không thay đổi hạn giải quyết"),
        ("có kết quả hoặc kết thúc", day_vi(view.decided_at), "quá hạn" if view.overdue else ""),
    ]


def _due_vi(view: Dossier) -> str:
    if view.legal_due is None:
        return "không biết thời hạn"
    if view.decided_at is None and view.overdue:
        return "đã quá hạn"
    return "đang dừng tính hoặc chờ; hạn lùi theo" if view.waiting else "đang tính" if view.decided_at is None else ""


def _step(view: Dossier, record: Record) -> dict[str, Any]:
    told = {name: record.text(name) for name in ("actor", "office", "slip")}
    moments = {"at": record.at, "recorded_at": record.recorded_at}
    entered = {name: _iso(_local(view, moment)) for name, moment in moments.items()}
    return {"version": record.version, "kind": record.kind, "source": record.source} | entered | told


def _step_row(view: Dossier, record: Record) -> tuple[object, ...]:
    from rules.display import KIND_LABELS

    label = KIND_LABELS.get(record.kind, (record.kind,))[0]
    return (record.version, day_vi(_local(view, record.at)), label, record.text("actor"), record.text("office"))


def _why(reason: Reason) -> dict[str, Any]:
    return {name: getattr(reason, name) for name in reason.__slots__}


def _command(command: str) -> str:
    from dossier.lifecycle import LIFECYCLE
    from rules.display import KIND_LABELS

    return f"{KIND_LABELS[LIFECYCLE.kind(command)][0]} ({command})"


def _sentences(reasons: Iterable[Reason]) -> str:
    return "; ".join(f"{one.message_vi} [{one.citation}]" for one in reasons if one.field is None)


def _local(view: Dossier, found: date | datetime | None) -> date | datetime | None:
    """A moment in the zone of the office; a date stays as it is."""
    return view.setting.calendar.local(found) if isinstance(found, datetime) else found


def day_vi(found: date | datetime | None) -> str:
    """A date as 20/08/2026, a moment as 20/08/2026 10:00.

    >>> day_vi(date(2026, 8, 20))
    '20/08/2026'
    """
    if found is None:
        return ""
    return found.strftime("%d/%m/%Y %H:%M" if isinstance(found, datetime) else "%d/%m/%Y")


def _iso(found: date | datetime | None) -> str | None:
    return None if found is None else found.isoformat()
