"""National records (đồng bộ hồ sơ) as events: the steps of each dossier, and what its record says beside them.

A step names the status of the dossier after it. Where its content (NoiDungXuLy) is one of the sentences that this house
writes, it names the kind of event; otherwise the status and those before it tell the kind. Fields about persons
(ChuHoSo and the like) are never taken out of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from dossier.events import LOG_COLUMNS, UNKNOWN
from dossier.formats.cells import REQUIRED, clean, stripped
from dossier.formats.errors import LogError
from dossier.formats.eventlog import Unreadable
from dossier.formats.mapping import National
from dossier.formats.moments import Clock, read_moments
from dossier.formats.nationaljson import NO_RESULT, RESULT, STEP, STEPS, read_records
from dossier.formats.nationalkinds import ENDS, kind_of, kind_of_step
from dossier.formats.reading import read_cells
from dossier.formats.source import Format, read_bytes
from dossier.formats.spreadsheet import Grid, read_xlsx
from dossier.formats.table import FILE, LINE, ROW, Source, Table
from dossier.formats.workbook import open_workbook
from dossier.outbox.national import CHANNELS, RETURNED
from dossier.outbox.statuses import MAPPING, NATIONAL_STATUS

DOSSIERS = "HoSo"
"""The sheet of the records in a workbook, where no mapping names one; that of the steps is TienTrinhXuLy."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of national data."""

TIMES = ("NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "NgayYeuCauBoSung", "NgayKetThucXuLy", "NgayTra")
TEXTS = ("MaHoSo", "MaTTHC", "TenLinhVuc", "KenhThucHien", "TrangThaiHoSo", "HinhThuc", RESULT)
STEP_FIELDS = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai")
"""The fields that are read, of a record (`TIMES`, `TEXTS`) and of a step."""

OF_STEPS = frozenset(MAPPING) - {kind for kind, mapped in MAPPING.items() if mapped.passing}
"""Kinds that statuses tell of any source that sends steps."""

OF_RECORDS = frozenset({"submitted", "received", "rejected", "completed", "delivered", "withdrawn", "closed"})
"""Kinds that a record tells without its steps."""

REPLACED = "records of the same dossier replaced by the last one (rows)"
YEAR_ONE = "moments of the year 0001 read as empty"
MIDNIGHT = "promises at 00:00:00 read as their date"

_ROLES = {
    "MaHoSo": "dossier", "MaTTHC": "procedure", "ThoiDiemXuLy": "at", "NguoiXuLy": "actor", "PhongBanXuLy": "office",
    **dict.fromkeys(TIMES, "at"),
}  # fmt: skip
_FROM_FIELDS = ("NgayNopHoSo", "NgayTiepNhan", "NgayYeuCauBoSung", "NgayKetThucXuLy", "NgayTra")
_NO_STATUS = f"no status of the national system; allowed are 1 to {len(NATIONAL_STATUS)}"


def national_table(path: Path, where: National) -> Source:
    """The events that a file of national records tells.

    Args:
        path: .json, .jsonl, .xlsx, or a table with the columns of the record; text files plain or .gz.
        where: sheets, or the file of the steps.

    Raises:
        LogError: the file cannot be read whole, or has no column MaHoSo.

    """
    return _Reading(path, where).source()


class _Reading:
    """One source of national records being read."""

    def __init__(self, path: Path, where: National) -> None:
        self.path = path
        self.clock = Clock(ZONE, ZONE)
        self.faults: list[Unreadable] = []
        self.warnings: list[str] = []
        self.repaired: Counter[str] = Counter()
        kind = Format.of(path).name
        dossiers, steps = self._json(where) if kind in {"json", "jsonl"} else self._tables(kind, where)
        self.dossiers = self._last_of_each(self._ready(dossiers, (*TEXTS, *TIMES)))
        self.steps = self._steps_of_these(self._ready(steps, STEP_FIELDS))

    def source(self) -> Source:
        steps = self._told_by_steps()
        events = pl.concat([*self._told_by_fields(steps), steps], how="diagonal")
        events = events.sort("record", "moment", "order", nulls_last=True, maintain_order=True)
        columns = tuple(name for name in LOG_COLUMNS if name in REQUIRED or _says(events, name))
        frame = events.with_row_index("row", offset=1).select("row", *columns, "activity", "rule", LINE, FILE)
        codes = pl.concat([self.all_codes, self.steps.get_column("MaHoSo")]).alias("dossier")
        return Source(
            Table(frame, columns, ("activity",), ("dossier", "at"), _origin),
            pl.DataFrame([pl.Series(ROW, [0], dtype=pl.UInt32).new_from_index(0, codes.len()), codes]),
            faults=tuple(self.faults),
            warnings=tuple(self.warnings),
            repaired=self.repaired,
            kinds=self._kinds(events),
            naive=ZONE,
        )

    # from the file

    def _json(self, where: National) -> tuple[pl.DataFrame, pl.DataFrame]:
        found = read_records(self.path, (*TEXTS, *TIMES), STEP_FIELDS)
        self.faults += found.faults
        self._leave_out(found.unused)
        if where.steps is None:
            return found.dossiers.frame(), found.steps.frame()
        apart = read_records(self.path.with_name(where.steps), STEP_FIELDS, ())
        self.faults += apart.faults
        return found.dossiers.frame(), apart.dossiers.frame()

    def _tables(self, kind: str, where: National) -> tuple[pl.DataFrame, pl.DataFrame]:
        dossiers, steps = self._sheets(where) if kind == "xlsx" else self._files(where)
        frames = [self._of_grid(dossiers), pl.DataFrame() if steps is None else self._of_grid(steps)]
        self._leave_out(name for frame in frames for name in frame.columns)
        return frames[0], frames[1]

    def _files(self, where: National) -> tuple[Grid, Grid | None]:
        steps = None if where.steps is None else read_cells(self.path.with_name(where.steps), ("MaHoSo",))
        return read_cells(self.path, ("MaHoSo",)), steps

    def _sheets(self, where: National) -> tuple[Grid, Grid | None]:
        data = read_bytes(self.path, packed=False)
        names = open_workbook(self.path, data).sheets
        dossiers = where.dossiers or (DOSSIERS if DOSSIERS in names else None)
        steps = where.steps or (STEPS if STEPS in names else None)
        found = read_xlsx(self.path, data, _ROLES, sheet=dossiers)
        return found, read_xlsx(self.path, data, _ROLES, sheet=steps) if steps else None

    def _of_grid(self, grid: Grid) -> pl.DataFrame:
        self.faults += grid.faults
        self.repaired += grid.repaired
        self.warnings += grid.warnings
        file = pl.lit(grid.file or self.path.name).alias(FILE)
        return grid.frame.rename({ROW: LINE}).with_columns(file, pl.lit(None, pl.UInt32).alias(STEP))

    def _leave_out(self, names: Iterable[str]) -> None:
        used = {*TEXTS, *TIMES, *STEP_FIELDS, LINE, FILE, STEP}
        unused = [name for name in dict.fromkeys(names) if name not in used]
        if unused:
            self.warnings.append(f"fields that are not read were left out: {', '.join(map(repr, unused))}")

    def _ready(self, frame: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
        """The fields of a frame, all of them, cleaned, with moments as ISO 8601 writes them."""
        if "MaHoSo" not in frame.columns and (frame.height or fields != STEP_FIELDS):
            found = ", ".join(name for name in frame.columns if "\0" not in name) or "no field of a record"
            raise LogError(
                self.path,
                "fields",
                found=f"there is no field 'MaHoSo' ({found})",
                allowed=", ".join((*TEXTS, *TIMES)),
                remedy="give national records, or read the file with a mapping that has [columns]",
            )
        place = {LINE: pl.UInt32, STEP: pl.UInt32, FILE: pl.String}
        whole = [
            frame.get_column(name).cast(kind) if name in frame.columns else pl.Series(name, [None] * frame.height, kind)
            for name, kind in {**place, **dict.fromkeys(fields, pl.String)}.items()
        ]
        raw = pl.DataFrame(whole)
        cleaned = clean(raw)
        self.repaired.update(stripped(raw, cleaned))
        times = [name for name in (*TIMES, "ThoiDiemXuLy") if name in fields]
        return cleaned.with_columns(self._times(cleaned.get_column(name)) for name in times)

    def _times(self, texts: pl.Series) -> pl.Series:
        """Moments as ISO 8601 writes them; what systems write for none (year 0001) is empty."""
        spaced = texts.str.replace(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$", "$1-$2-$3 $4:$5:$6")
        none = spaced.str.starts_with("0001-01-01").fill_null(value=False)
        if none.any():
            self.repaired[YEAR_ONE] += int(none.sum())
        return spaced.set(none, None)

    def _last_of_each(self, dossiers: pl.DataFrame) -> pl.DataFrame:
        """A system sends a dossier again when it has moved: the last record is how it stands."""
        self.all_codes = dossiers.get_column("MaHoSo")
        for line, file in dossiers.filter(self.all_codes.is_null()).select(LINE, FILE).iter_rows():
            why = "empty; every record and every step needs the code of its dossier"
            self.faults.append(Unreadable(None, line, "MaHoSo", "", why, file))
        known = dossiers.filter(self.all_codes.is_not_null())
        last = known.unique("MaHoSo", keep="last", maintain_order=True)
        if last.height < known.height:
            self.repaired[REPLACED] += known.height - last.height
        return last.with_row_index("record")

    def _steps_of_these(self, steps: pl.DataFrame) -> pl.DataFrame:
        """The steps with their record; those within a record that was replaced went with it."""
        for line, file in steps.filter(pl.col("MaHoSo").is_null() & pl.col(STEP).is_null()).select(LINE, FILE).rows():
            self.faults.append(Unreadable(None, line, "MaHoSo", "", "empty; a step without dossier", file))
        steps = steps.filter(pl.col("MaHoSo").is_not_null())
        owners = self.dossiers.select("MaHoSo", "record", "NgayTiepNhan", owner=LINE)
        found = steps.join(owners, on="MaHoSo", how="left", maintain_order="left")
        kept = found.filter(pl.col(STEP).is_null() | (pl.col(LINE) == pl.col("owner")).fill_null(value=True))
        loose = kept.filter(pl.col("record").is_null()).get_column("MaHoSo").n_unique()
        if loose:
            self.warnings.append(f"{loose} dossiers have steps but no record; only the steps were read")
        bare = self.dossiers.filter(~pl.col("MaHoSo").is_in(kept.get_column("MaHoSo").to_list())).height
        if bare and kept.height:
            self.warnings.append(f"{bare} dossiers have no steps: what only steps tell counts as not having happened")
        return kept.with_columns(pl.col("record").fill_null(self.dossiers.height))

    # events

    def _told_by_steps(self) -> pl.DataFrame:
        moments, _ = read_moments(self.steps.get_column("ThoiDiemXuLy"), self.clock)
        received, _ = read_moments(self.steps.get_column("NgayTiepNhan"), self.clock)
        status = self.steps.get_column("TrangThai")
        known = status.is_in([str(number) for number in NATIONAL_STATUS]).fill_null(value=False)
        for code, line, step, file, value in (
            self.steps.filter(~known).select("MaHoSo", LINE, STEP, FILE, "TrangThai").iter_rows()
        ):
            self.faults.append(Unreadable(code, line, _step_column("TrangThai", step), value or "", _NO_STATUS, file))
        ordered = self.steps.with_columns(moments.alias("moment"), received.alias("received")).with_row_index("order")
        ordered = ordered.sort("MaHoSo", "moment", "order", nulls_last=True).with_columns(kind_of_step())
        return (
            ordered.select(
                "record",
                "moment",
                "order",
                LINE,
                FILE,
                _rule(pl.col(STEP), len(_FROM_FIELDS)),
                pl.col("MaHoSo").alias("dossier"),
                "event",
                pl.col("ThoiDiemXuLy").alias("at"),
                pl.col("NguoiXuLy").fill_null(UNKNOWN).alias("actor"),
                pl.col("PhongBanXuLy").fill_null(UNKNOWN).alias("office"),
                pl.coalesce("NoiDungXuLy", "TrangThai").alias("activity"),
            )
            .join(self._about(), on="dossier", how="left", maintain_order="left")
            .with_columns(_of_the_step())
        )

    def _about(self) -> pl.DataFrame:
        """What each record says of its dossier and of single events."""
        promised, delivered = self._promises(), {code: kind for kind, code in RETURNED.items()}
        result = pl.col(RESULT).replace({NO_RESULT: None}) if RESULT in self.dossiers.columns else pl.lit(None)
        return self.dossiers.select(
            pl.col("MaHoSo").alias("dossier"),
            _known("MaTTHC").alias("procedure"),
            _known("TenLinhVuc").alias("sector"),
            _coded("KenhThucHien", {code: kind for kind, code in CHANNELS.items()}).alias("came"),
            pl.col("HinhThuc").replace_strict(delivered, default=UNKNOWN).alias("went"),
            promised.alias("promised"),
            pl.when(pl.col(RESULT).is_null()).then(pl.lit(UNKNOWN)).otherwise(result).alias("result"),
        )

    def _promises(self) -> pl.Series:
        """Promises: a date where the time of day is the last or the first second of the day."""
        texts = self.dossiers.get_column("NgayHenTra")
        date = texts.str.extract(r"^(\d{4}-\d\d-\d\d)[T ](?:23:59:59|00:00:00)(?:\.\d+)?(?:\+07:?00)?$")
        compact = texts.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3")
        midnight = int(texts.str.contains(r"[T ]00:00:00").sum())
        if midnight:
            self.repaired[MIDNIGHT] += midnight
        return date.fill_null(compact).fill_null(UNKNOWN)

    def _told_by_fields(self, steps: pl.DataFrame) -> Iterable[pl.DataFrame]:
        """The events that no step tells, one for each field of a record that is a moment."""
        told = steps.filter(pl.col("event").is_not_null())
        about = self._about()
        for number, field in enumerate(_FROM_FIELDS):
            moments, _ = read_moments(self.dossiers.get_column(field), self.clock)
            found = self.dossiers.with_columns(moments.alias("moment"), kind_of(field).alias("event"))
            found = found.filter(pl.col(field).is_not_null() & pl.col("event").is_not_null())
            kinds = ["supplement_requested", "guided"] if field == "NgayYeuCauBoSung" else None
            same = told.filter(pl.col("event").is_in(kinds)) if kinds else told
            found = (
                found.join(same, left_on="MaHoSo", right_on="dossier", how="anti")
                if kinds
                else found.join(same, left_on=["MaHoSo", "event"], right_on=["dossier", "event"], how="anti")
            )
            if field == "NgayKetThucXuLy":
                ends = told.filter(pl.col("event").is_in([*ENDS.values(), "delivered"]))
                found = found.join(ends, left_on=["MaHoSo", "moment"], right_on=["dossier", "moment"], how="anti")
            yield (
                found.select(
                    "record",
                    "moment",
                    pl.lit(number, pl.UInt32).alias("order"),
                    LINE,
                    FILE,
                    pl.lit(number, pl.Int64).alias("rule"),
                    pl.col("MaHoSo").alias("dossier"),
                    "event",
                    pl.col(field).alias("at"),
                    pl.lit(UNKNOWN).alias("actor"),
                    pl.lit(UNKNOWN).alias("office"),
                    pl.lit(field).alias("activity"),
                )
                .join(about, on="dossier", how="left", maintain_order="left")
                .with_columns(_of_the_step())
            )

    def _kinds(self, events: pl.DataFrame) -> frozenset[str]:
        if not self.steps.height:
            return OF_RECORDS
        return OF_STEPS | set(events.get_column("event").drop_nulls().unique())


def _says(events: pl.DataFrame, name: str) -> bool:
    return name in events.columns and bool((events.get_column(name) != UNKNOWN).fill_null(value=True).any())


def _known(field: str) -> pl.Expr:
    return pl.col(field).fill_null(UNKNOWN)


def _coded(field: str, codes: Mapping[str, str]) -> pl.Expr:
    """A code of the national system as one of the log; any other stays, and is told as a fault of its row."""
    return pl.col(field).replace(codes).fill_null(UNKNOWN)


def _rule(step: pl.Expr, fields: int) -> pl.Expr:
    """Which field or which step an event was read from: see `_origin`."""
    return (step.cast(pl.Int64).fill_null(0) + fields).alias("rule")


def _origin(column: str, rule: int | None) -> str:
    """The field in which a cell of the log stands."""
    names = {"dossier": "MaHoSo", "procedure": "MaTTHC", "sector": "TenLinhVuc", "promised": "NgayHenTra"}
    if column in names:
        return names[column]
    fields = len(_FROM_FIELDS)
    if column == "channel":
        return "KenhThucHien"
    if rule is not None and rule < fields:
        return _FROM_FIELDS[rule]
    names = {"at": "ThoiDiemXuLy", "actor": "NguoiXuLy", "office": "PhongBanXuLy"}
    return _step_column(names.get(column, column), (rule or fields) - fields)


def _step_column(field: str, step: int | None) -> str:
    return f"{STEPS}[{step}].{field}" if step else field


def _of_the_step() -> list[pl.Expr]:
    """Cells that speak of single kinds of event."""
    at = {kind: pl.col("event") == kind for kind in ("submitted", "received", "delivered", "completed")}
    came = pl.when(at["submitted"] | at["received"])

    def only(kind: str, column: str) -> pl.Expr:
        return pl.when(at[kind]).then(pl.col(column)).otherwise(pl.lit(UNKNOWN))

    return [
        came.then(pl.col("came"))
        .when(at["delivered"])
        .then(pl.col("went"))
        .otherwise(pl.lit(UNKNOWN))
        .alias("channel"),
        pl.when(pl.col("event").is_in(["received"]))
        .then(pl.col("promised"))
        .otherwise(pl.lit(UNKNOWN))
        .alias("promised"),
        only("completed", "result").alias("document"),
    ]
