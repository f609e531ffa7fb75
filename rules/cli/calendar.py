"""`motcua calendar`: a year with its days off and instruments, two calendars compared, the base layer refreshed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from rules.cli.printing import AsJson, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from rich.text import Text

    from calendars.differences import Difference, Span
    from calendars.views import Day, View
    from calendars.yearbook import Month, Year

WIDTH = 80
"""Columns of the page for a terminal; a narrower one wraps."""

Of = Annotated[str, typer.Option("--of", help="Whose: vietnam, holidays:COUNTRY or an office file (TOML).")]
ISO = "%Y-%m-%d"


class YearOrCommand(TyperGroup):
    """What is no command is the year to show, or an option of `show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  # typer's own click has no public types
        """Put `show` before anything that is no command."""
        named = bool(args) and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["show", *args])


app = typer.Typer(cls=YearOrCommand, subcommand_metavar="[YEAR | COMMAND] [ARGS]...")


@app.callback()
def main() -> None:
    """Show a year of the working calendar (lịch làm việc), as in `motcua calendar 2026`, or run a command on it."""


@app.command()
def show(
    year: Annotated[str, typer.Argument(help="1970 to 2100; without one, this year.")] = "",
    *,
    of: Of = "vietnam",
    as_of: Annotated[datetime | None, typer.Option(formats=[ISO], help="As the year was known on this day.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page that needs no network here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a year: its months, exceptional days with their instruments, and working days (the word may be left out)."""
    from calendars.views import read_view
    from calendars.yearbook import read_year, year_of

    view = read_view(of).seen_on(_day(as_of))
    shown = year_of(view, read_year(year) if year else datetime.now(view.calendar.zone).year)
    if html:
        from dossier.tables import write_whole
        from rules.yearpage import render

        write_whole(html, [render(shown)])
    if as_json:
        print_json(shown.to_dict())
    elif html:
        typer.echo(f"{html}: {shown.number}, {shown.working_days} working days, {shown.certainty}")
    else:
        _print_year(shown)


@app.command()
def diff(
    a: Annotated[str, typer.Argument(help="vietnam, vietnam@DATE, holidays:COUNTRY or an office file (TOML).")],
    b: Annotated[str, typer.Argument(help="The other one.")],
    *,
    first: Annotated[datetime | None, typer.Option("--from", formats=[ISO], help="First day to compare.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[ISO], help="Last day to compare.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the dates that one calendar works and the other does not; exit 1 when there are any."""
    from calendars.differences import differences, span_of
    from calendars.views import read_view

    views = read_view(a), read_view(b)
    span = span_of(*views, _day(first), _day(last))
    found = differences(*views, span)
    if as_json:
        print_json(_diff_document(*views, span, found))
    else:
        _print_differences(*views, span, found)
    raise typer.Exit(1 if found else 0)


@app.command()
def refresh(
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write the snapshot; otherwise only say what would change.")
    ] = False,
    snapshot: Annotated[Path | None, typer.Option(help="Another snapshot than the shipped one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild the base layer from the installed `holidays` package and list, by date, what changed."""
    from importlib.metadata import version

    from calendars import refresh as base

    path = snapshot or base.SNAPSHOT
    new = base.build()
    changes = list(base.changed(base.read(path), new))
    if write:
        base.write(new, path)
    library = f"holidays {version('holidays')}"
    if as_json:
        entries = [
            {"date": str(change.date), "was": _entry(change.was), "now": _entry(change.now)} for change in changes
        ]
        print_json({"library": library, "file": str(path), "dates": len(new), "written": write, "changes": entries})
        return
    for change in changes:
        typer.echo(str(change))
    outcome = "written" if write else "not written (--write writes it)" if changes else "nothing to write"
    typer.echo(f"{library} against {path.name}: {len(changes)} of {len(new)} dates changed; {outcome}")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _entry(entry: Any) -> dict[str, str] | None:  # noqa: ANN401  # `refresh.Entry`, imported only when it runs
    return entry._asdict() if entry else None


# -- a year on a terminal


def _print(*parts: RenderableType) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    for part in parts:
        console.print(part)


def _print_year(year: Year) -> None:
    _print(_heading(year), "", _grid(year), _legend(year), "", _list(year), *_instruments(year), _totals(year))


def _heading(year: Year) -> Text:
    from rich.text import Text

    from rules.yearpage import whose

    view, text = year.view, Text()
    text.append(f"{year.number} · {' · '.join(dict.fromkeys(whose(view.calendar.name)))}\n", "bold")
    if view.as_of:
        text.append(f"Như đã biết ngày {view.as_of} · as known on {view.as_of}\n")
    if year.certainty == "projected":
        text.append("DỰ KIẾN · PROJECTED: ", "bold")
        text.append(_why_projected(year) + "\n")
    text.append(f"{year.working_days} ngày làm việc · working days")
    return text


def _why_projected(year: Year) -> str:
    if year.official is None:
        return "theo quy tắc, không có văn bản · by rule, no instrument"
    first, last = year.official
    return (
        f"chỉ chính thức từ {first} đến {last}, ngoài ra theo quy tắc · "
        f"official only from {first} to {last}, by rule elsewhere"
    )


def _grid(year: Year) -> RenderableType:
    from rich.table import Table

    grid = Table.grid(padding=(0, 3), pad_edge=False)
    for start in range(0, 12, 3):
        grid.add_row(*map(_month, year.months[start : start + 3]))
    return grid


def _month(month: Month) -> Text:
    from rich.text import Text

    from rules.yearpage import MONTHS

    text = Text(f"{f'Tháng {month.number} · {MONTHS[month.number - 1]}':<24}\n", "bold")
    text.append("T2 T3 T4 T5 T6 T7 CN\n", "not bold dim")
    for week in month.weeks:
        for day in week:
            text.append_text(_cell(day))
        text.append("\n")
    projected = " (dự kiến)" if month.certainty == "projected" else ""
    text.append(f"= {month.working_days} ngày{projected}\n", "not bold italic")
    return text


def _cell(day: Day | None) -> Text:
    from rich.text import Text

    if day is None:
        return Text("   ")
    return Text(f"{day.date.day:2}{mark(day)}", _STYLES[day.kind])


_STYLES = {
    "working": "not bold",
    "closed": "not bold dim",
    "off": "bold red",
    "worked": "bold green",
    "hours": "bold cyan",
}


def mark(day: Day) -> str:
    """The sign behind a day, for readers without colour."""
    if day.kind == "off":
        return "*" if day.certainty == "official" else "?"
    return {"worked": "+", "hours": "~"}.get(day.kind, " ")


def _legend(year: Year) -> Text:
    from rich.text import Text

    signs = {
        "*": "* nghỉ · day off",
        "?": "? nghỉ, dự kiến · day off, projected",
        "+": "+ làm bù · make-up day",
        "~": "~ giờ khác · other hours",
    }
    used = [signs[sign] for sign in dict.fromkeys(mark(day) for day in year.exceptional)]
    return Text("   ".join(used) + "\n= ngày làm việc · working days   T2 … CN: Mon … Sun")


def _list(year: Year) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table("ngày · date", "tên · name", "văn bản · instrument", box=None, pad_edge=False, expand=True)
    table.columns[0].no_wrap = True
    table.columns[2].min_width = 21
    for day in year.exceptional:
        table.add_row(Text(f"{weekday(day.date)} {day.date} {mark(day)}"), Text(_name(day)), _source(year, day))
    return table


def _name(day: Day) -> str:
    name = day.name or ("ngày nghỉ · day off" if day.kind == "off" else "ngày làm việc · working day")
    swap = f" (↔ {day.swapped_with})" if day.swapped_with else ""
    return name + swap + (f" ({day.hours})" if day.kind == "hours" else "")


def _source(year: Year, day: Day) -> Text:
    from rich.text import Text

    place = year.place(day)
    return Text(f"[{place}] {day.number_text}" if place else "theo quy tắc · by rule")


def weekday(day: date) -> str:
    """The Vietnamese short name of a weekday.

    >>> weekday(date(2026, 1, 2))
    'T6'
    """
    return "CN" if day.weekday() == 6 else f"T{day.weekday() + 2}"  # noqa: PLR2004  # Sunday


def _instruments(year: Year) -> list[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from rules.yearpage import instrument_text

    if not year.instruments:
        return []
    table = Table.grid(padding=(0, 1), pad_edge=False)
    for place, instrument in enumerate(year.instruments, 1):
        table.add_row(Text(f"[{place}]"), Text(instrument_text(instrument)))
    return ["", Text("Văn bản · Instruments", "bold"), table]


def _totals(year: Year) -> RenderableType:
    from rich.table import Table

    table = Table("tháng · month", *map(str, range(1, 13)), "năm", box=None, pad_edge=False, padding=(1, 1, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("ngày làm việc", *(str(month.working_days) for month in year.months), str(year.working_days))
    return table


# -- differences


def _diff_document(a: View, b: View, span: Span, found: list[Difference]) -> dict[str, Any]:
    return {
        **{side: {"label": v.label, "edition": v.calendar.edition} for side, v in (("a", a), ("b", b))},
        "from": str(span.first),
        "to": str(span.last),
        "differences": [difference.to_dict() for difference in found],
    }


def _print_differences(a: View, b: View, span: Span, found: list[Difference]) -> None:
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table("date", escape(a.label), escape(b.label), box=None, pad_edge=False, expand=True, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True
    for one, other in found:
        table.add_row(f"{weekday(one.date)} {one.date}", Text(_said(one)), Text(_said(other)))
    count = "no date differs" if not found else "1 date differs" if len(found) == 1 else f"{len(found)} dates differ"
    _print(*([table] if found else []), Text(f"{count} from {span.first} to {span.last}"))


def _said(day: Day) -> str:
    parts: Iterable[str] = (
        ("làm việc · worked" if day.working else "nghỉ · closed")
        + (" (dự kiến)" if day.certainty == "projected" else ""),
        day.name,
        f"{day.instrument}: {day.number_text}" if day.instrument else "",
    )
    return "\n".join(part for part in parts if part)
