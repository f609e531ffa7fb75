"""`motcua report`: the figures that an office must hand in or publish."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rules.cli import report_figures
from rules.cli.printing import AsJson, Office, office_calendar
from rules.cli.report_options import (
    Asked,
    FromDatabase,
    House,
    Html,
    KnownAt,
    Log,
    Mapping_,
    Procedures,
    Span,
    Xlsx,
    hand_over,
    period_of,
    read_source,
    today_of,
)  # fmt: skip

if TYPE_CHECKING:
    from rules.figures.form06a import Form06a
    from rules.figures.periods import Period
    from rules.figures.sheets import Words
    from rules.figures.table import Measured

app = typer.Typer(help="Statutory reports and figures (báo cáo, chỉ tiêu).", no_args_is_help=True)

_WINDOWS: dict[str, Words] = {
    "reporting": (
        "từ ngày 15 tháng trước kỳ đến ngày 14 tháng cuối kỳ (Nghị định 09/2019/NĐ-CP, Điều 12; chưa kiểm chứng)",
        "from the 15th of the month before to the 14th of the last month (Decree 09/2019/NĐ-CP, art. 12; not verified)",
    ),
    "calendar": ("theo tháng dương lịch", "calendar months"),
}


class Window(StrEnum):
    """How a period is cut."""

    REPORTING = "reporting"
    CALENDAR = "calendar"


class Conventions(StrEnum):
    """Which variants of the form are made."""

    PRACTICE = "practice"
    STRICT = "strict"
    BOTH = "both"


class UnknownChannel(StrEnum):
    """What becomes of a dossier whose channel nobody knows."""

    REFUSE = "refuse"
    DIRECT = "direct"


class WhoseDossier(StrEnum):
    """For whom an overdue dossier counts."""

    RESPONSIBLE = "responsible"
    EVERYONE = "everyone"
    STEP = "step"


class OutOf(StrEnum):
    """Which dossiers a share is taken of."""

    FINISHED = "finished"
    HANDLED = "handled"


@app.command("06a")
def form06a(  # noqa: PLR0913  # the options of one command
    log: Log = None,
    *,
    period: Span,
    db: FromDatabase = "",
    convention: Annotated[Conventions, typer.Option(help="How in time is told.")] = Conventions.BOTH,
    window: Annotated[Window, typer.Option(help="reporting: from the 15th to the 14th.")] = Window.REPORTING,
    unknown_channel: Annotated[
        UnknownChannel, typer.Option(help="direct: a dossier whose channel is unknown counts in column (5).")
    ] = UnknownChannel.REFUSE,
    previous: Annotated[
        Path | None, typer.Option(help="The log from which the form of the period before was made; default: this one.")
    ] = None,
    mapping: Mapping_ = None,
    procedures: Procedures = None,
    house: House = None,
    office: Office = None,
    known_at: KnownAt = "",
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Biểu II.06a of a period; exit 2 naming the dossiers when its columns do not add up."""
    from rules.figures.form06a import eve, report06a
    from rules.figures.remaining import remaining_sheet
    from rules.figures.table import measured

    asked = Asked(log, db, mapping, office, procedures, house, known_at)
    source, span = read_source(asked), _window(period, window)
    before = source if previous is None else read_source(asked._replace(log=previous, db="", known_at=""))
    wanted = ["practice", "strict"] if convention is Conventions.BOTH else [convention.value]
    table, last = measured(source.log, span, **source.law), measured(before.log, eve(span), **before.law)
    forms = tuple(_form(table, last, one, unknown_channel) for one in wanted)
    left = remaining_sheet(table, source.log.calendar)
    report = report06a(forms, source.name, _WINDOWS[window.value], (left,))
    hand_over(source.noted(report), xlsx, html, as_json=as_json)


def _window(period: str, window: Window) -> Period:
    from rules.figures.periods import Period as Span_

    return Span_.reporting(period) if window is Window.REPORTING else Span_.parse(period)


def _form(table: Measured, last: Measured, convention: str, channel: UnknownChannel) -> Form06a:
    """The form of a period, which adds up and takes over what the one before left."""
    from rules.figures.form06a import form06a as form_of

    found, before = (form_of(one, convention, unknown_channel=channel.value) for one in (table, last))  # type: ignore[arg-type]
    return found.check().check_follows(before)


@app.command("officers")
def officers(  # noqa: PLR0913  # the options of one command
    log: Log = None,
    *,
    period: Span,
    db: FromDatabase = "",
    attribution: Annotated[
        WhoseDossier, typer.Option(help="For whom an overdue dossier counts.")
    ] = WhoseDossier.RESPONSIBLE,
    denominator: Annotated[OutOf, typer.Option(help="Which dossiers a share is taken of.")] = OutOf.FINISHED,
    whole: Annotated[bool, typer.Option("--whole", help="The period as one; default: month by month.")] = False,
    publish: Annotated[int, typer.Option(min=0, help="Hide groups with fewer dossiers; 0: none.")] = 0,
    mapping: Mapping_ = None,
    procedures: Procedures = None,
    house: House = None,
    office: Office = None,
    known_at: KnownAt = "",
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Overdue share of each officer (I.6): from 10 % on the rating is capped."""
    from rules.figures.officers import officers as officers_of
    from rules.figures.officersheet import officers_report

    source = read_source(Asked(log, db, mapping, office, procedures, house, known_at))
    found = officers_of(
        source.log,
        period_of(period),
        attribution=attribution.value,
        denominator=denominator.value,
        monthly=not whole,
        **source.law,
    )
    hand_over(source.noted(officers_report(found.published(publish), source.name)), xlsx, html, as_json=as_json)


@app.command("register")
def register(  # noqa: PLR0913  # the options of one command
    log: Log = None,
    *,
    period: Span,
    db: FromDatabase = "",
    mapping: Mapping_ = None,
    procedures: Procedures = None,
    office: Office = None,
    known_at: KnownAt = "",
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Register of the dossiers received in a period (sổ theo dõi hồ sơ), without names."""
    from dossier.procedures import Procedures as Books
    from rules.figures.register import register as register_of

    source = read_source(Asked(log, db, mapping, office, procedures, None, known_at))
    books = source.law["procedures"] or Books.shipped()
    report = register_of(source.log, period_of(period), books, source=source.name)
    hand_over(source.noted(report), xlsx, html, as_json=as_json)


@app.command("due")
def due(
    *,
    month: Annotated[str, typer.Option(help="As 2026-11.")],
    today: Annotated[str, typer.Option(metavar="DATE", help="Count working days from this day; default: none.")] = "",
    dates: Annotated[
        Path | None, typer.Option(help="Another file of report dates (TOML) than the shipped one.")
    ] = None,
    office: Office = None,
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Which reports are owed when in a month, by whom, to whom, and whether those days are worked."""
    from rules.figures.reportdates import ReportDates, due_report, report_dates

    span = period_of(month)
    if span.months() != (span,):
        raise typer.BadParameter(f"--month {month!r} is no month; write it as 2026-11")
    known = ReportDates.load(dates) if dates else report_dates()
    day = today_of(today, "--today") if today else None
    report = due_report(known, span.first.year, span.first.month, office_calendar(office), day)
    hand_over(report, xlsx, html, as_json=as_json)


@app.command("tasks")
def tasks(
    table: Annotated[
        Path, typer.Argument(help="Assigned tasks, .csv or .xlsx: task, due_on, done_on, unit, extended_to.")
    ],
    *,
    period: Span,
    today: Annotated[
        str, typer.Option(metavar="DATE", help="The day on which open tasks are judged; default: now.")
    ] = "",
    extensions: Annotated[int, typer.Option(min=0, help="More extensions of a task are listed.")] = 1,
    xlsx: Xlsx = None,
    html: Html = None,
    as_json: AsJson = False,
) -> None:
    """Assigned tasks (I.5): early or on time from 95 % on, and which were extended again and again."""
    from rules.figures.tasks import Tasks, read_tasks, tasks_report

    found = Tasks(read_tasks(table), period_of(period), today_of(today, "--today"), extensions)
    hand_over(tasks_report(found), xlsx, html, as_json=as_json)


app.command("indicators")(report_figures.indicators)
app.command("feedback")(report_figures.feedback)
app.command("reconcile")(report_figures.reconcile)
