"""`motcua forms`: the forms that were issued, their numbers, and the register of dossiers on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.cli.printing import AsJson, print_json, say
from rules.cli.store import Actor, Database, Prefix, Schema
from rules.cli.terminal import show, table
from rules.cli.wiring import Now, Procedures, moment_of

if TYPE_CHECKING:
    from dossier.forms import Media
    from dossier.stores.register import Issued, Series

app = typer.Typer(
    help="Forms that were issued (mẫu), their numbers, and the register of dossiers.", no_args_is_help=True
)

SHOWN = 20
"""Unprinted forms listed on a terminal before the rest is only counted."""

Code = Annotated[str, typer.Argument(help="Code of the office (mã định danh) that issued it.")]
Year = Annotated[int, typer.Argument(help="Year of the number.")]
Kind = Annotated[str, typer.Argument(help="Kind of form, as receipt.")]
Number = Annotated[int, typer.Argument(help="The number in its series.")]
Officer = Annotated[str, typer.Option("--actor", help="Code of the officer who does it.")]
_DATE = ["%Y-%m-%d"]


@app.command("list")
def list_(
    dossier: Annotated[str, typer.Argument(help="Dossier code.")],
    *,
    db: Database,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """List the forms of a dossier, in the order of its events."""
    from dossier.stores.ready import ready
    from dossier.stores.tables import Tables

    with ready(db, Tables(prefix, schema), writes=False) as store:
        found = store.register.of(dossier)
    if as_json:
        print_json([_dict(issued) for issued in found])
    elif found:
        columns = ("số · number", "loại · kind", "lập lúc · issued", "bởi · by", "tình trạng · state")
        show(table(*columns, rows=[_row(issued) for issued in found]))
    else:
        say(f"dossier {dossier!r} has no form")


@app.command("show")
def show_(  # noqa: PLR0913  # the options of one command
    office: Code,
    year: Year,
    kind: Kind,
    number: Number,
    *,
    db: Database,
    out: Annotated[Path, typer.Option(help="File for the bytes, as they were issued.")],
    actor: Actor = None,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Write a form as it was issued, byte for byte; the journal of the database says so."""
    from calendars.files import replace_file
    from dossier.stores.ready import ready
    from dossier.stores.records import Jotting
    from dossier.stores.register import Place
    from dossier.stores.tables import Tables

    place = Place(office, year, kind, number)
    with ready(db, Tables(prefix, schema)) as store:
        issued = store.register.read(place)
        store.note(Jotting(moment_of(""), "exported", actor, issued.dossier, f"{place} into {out.name}"))
        replace_file(out, [issued.content or b""])
    say(f"{issued.slip} ({issued.media_type}, SHA-256 {issued.sha256}) written to {out}")
    if issued.voided_at is not None:
        say(f"it is void (đã hủy): {issued.void_reason}")


@app.command("printed")
def printed(  # noqa: PLR0913  # the options of one command
    office: Code,
    year: Year,
    kind: Kind,
    number: Number,
    *,
    db: Database,
    sides: Annotated[int, typer.Option(min=1, help="Sides of the paper that were printed.")],
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Record that all sides of a form were printed (đã in đầy đủ các mặt)."""
    from dossier.stores.ready import ready
    from dossier.stores.register import Place
    from dossier.stores.tables import Tables

    place = Place(office, year, kind, number)
    with ready(db, Tables(prefix, schema)) as store:
        store.register.printed(place, sides, moment_of(""))
    say(f"{place} is recorded as printed")


@app.command("void")
def void(  # noqa: PLR0913  # the options of one command
    office: Code,
    year: Year,
    kind: Kind,
    number: Number,
    *,
    db: Database,
    reason: Annotated[str, typer.Option(help="Why it does not hold.")],
    actor: Officer,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Make a form void (hủy mẫu); its number is not given out again, and the act behind it stays in the history."""
    from dossier.stores.ready import ready
    from dossier.stores.register import Place
    from dossier.stores.tables import Tables

    place = Place(office, year, kind, number)
    with ready(db, Tables(prefix, schema)) as store:
        store.register.void(place, reason, actor, moment_of(""))
    say(f"{place} is void (đã hủy)")


@app.command("series")
def series(
    *,
    db: Database,
    office: Annotated[str | None, typer.Option(help="Code of one office.")] = None,
    year: Annotated[int | None, typer.Option(help="One year.")] = None,
    prefix: Prefix = "motcua_",
    schema: Schema = None,
    as_json: AsJson = False,
) -> None:
    """Show every series of numbers with its gaps, void numbers and unprinted sides; exit 1 when there is a gap."""
    from dossier.stores.ready import ready
    from dossier.stores.tables import Tables

    with ready(db, Tables(prefix, schema), writes=False) as store:
        found, unprinted = store.register.series(office, year), store.register.unprinted(office, year)
    if as_json:
        print_json({"series": [_series(one) for one in found], "unprinted": [_dict(one) for one in unprinted]})
    else:
        _print_series(found, unprinted)
    raise typer.Exit(int(any(one.missing for one in found)))


@app.command("register")
def register(  # noqa: PLR0913  # the options of one command
    *,
    db: Database,
    office: Annotated[Path, typer.Option(help="File (TOML) of the office whose register it is.")],
    start: Annotated[datetime, typer.Option("--from", formats=_DATE, help="First day of receipt.")],
    end: Annotated[datetime, typer.Option("--to", formats=_DATE, help="Last day of receipt.")],
    out: Annotated[Path, typer.Option(help="File to write: .pdf or .html.")],
    owners: Annotated[Path | None, typer.Option(help="Names by pseudonym (CSV code,name); else pseudonyms.")] = None,
    procedures: Procedures = None,
    actor: Actor = None,
    now: Now = "",
    prefix: Prefix = "motcua_",
    schema: Schema = None,
) -> None:
    """Print the register of dossiers (sổ theo dõi hồ sơ) received in a period; the journal of the database says so."""
    from calendars import vietnam
    from calendars.files import replace_file
    from dossier import procedures as books
    from dossier.forms import OfficeProfile, render
    from dossier.forms.book import register_book
    from dossier.stores.ready import ready
    from dossier.stores.records import Jotting
    from dossier.stores.tables import Tables
    from rules.names import read_names

    media, profile, moment, calendar = _media(out), OfficeProfile.load(office), moment_of(now), vietnam()
    known = books.Procedures.load(procedures) if procedures else books.Procedures.shipped()
    names = read_names(owners) if owners else {}
    with ready(db, Tables(prefix, schema)) as store:
        period, day = (start.date(), end.date()), calendar.local(moment).date()
        form = register_book(store, period, day, calendar=calendar, procedures=known, owners=names)
        store.note(Jotting(moment, "exported", actor, detail=f"register {period[0]} to {period[1]} into {out.name}"))
        replace_file(out, [render(form, profile, media).content])
    say(f"the register from {period[0]} to {period[1]} written to {out}")


def _media(out: Path) -> Media:
    if out.suffix == ".pdf":
        return "pdf"
    if out.suffix == ".html":
        return "html"
    raise typer.BadParameter(f"{out.name} ends with neither .pdf nor .html", param_hint="--out")


def _dict(issued: Issued) -> dict[str, Any]:
    place = issued.place._asdict()
    rest = {name: getattr(issued, name) for name in issued._fields if name not in {"place", "content"}}
    return place | {name: value.isoformat() if isinstance(value, datetime) else value for name, value in rest.items()}


def _row(issued: Issued) -> tuple[object, ...]:
    return issued.slip, issued.place.kind, _local(issued.issued_at), issued.issued_by, "; ".join(_states(issued))


def _states(issued: Issued) -> list[str]:
    said = (
        (issued.voided_at, f"đã hủy · void: {issued.void_reason}"),
        (issued.erased_at, "đã xóa nội dung · erased"),
        (issued.printed_at, "đã in · printed"),
        (issued.unprinted, "chưa in đủ các mặt · not printed on both sides"),
    )
    return [text for found, text in said if found]


def _local(moment: datetime) -> str:
    from calendars import vietnam

    return vietnam().local(moment).strftime("%H:%M %d/%m/%Y")


def _series(found: Series) -> dict[str, Any]:
    return found._asdict() | {"missing": [[gap[0], gap[-1]] for gap in found.missing]}


def _print_series(found: list[Series], unprinted: list[Issued]) -> None:
    columns = ("loại · kind", "năm · year", "cơ quan · office", "số cuối · last", "đã lập · issued", "hủy · void")
    rows = [
        (one.kind, one.year, one.office, one.last, one.issued, _numbers(one.voided), " ".join(map(_gap, one.missing)))
        for one in found
    ]
    show(table(*columns, "thiếu số · gaps", rows=rows))
    if unprinted:
        say(f"{len(unprinted)} forms with two sides are not recorded as printed on both (chưa in đủ hai mặt):")
    for one in unprinted[:SHOWN]:
        say(f"  {one.slip}  {one.dossier}")
    if len(unprinted) > SHOWN:
        say(f"  … and {len(unprinted) - SHOWN} more; --json lists them all")


def _numbers(found: tuple[int, ...]) -> str:
    return " ".join(map(str, found))


def _gap(gap: range) -> str:
    return str(gap[0]) if len(gap) == 1 else f"{gap[0]}–{gap[-1]}"
