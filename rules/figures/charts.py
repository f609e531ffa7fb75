"""The pictures of a report at a glance: a trend with its threshold, early/on time/overdue, the time that is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from markupsafe import Markup

from rules.display import LANGUAGES, UNKNOWN, Language, Share, number, visible
from rules.figures.sheets import Picture, Words
from rules.pictures import ticks
from rules.svg import WIDTH, grouped, line, picture, rect, text

MOST_ROWS = 25
OUTCOMES: Mapping[str, Words] = {
    "early": ("Trước hạn", "Early"),
    "ontime": ("Đúng hạn", "On time"),
    "late": ("Quá hạn", "Overdue"),
}
"""Styles of the parts of a bar, and what they mean."""

_TOP, _PLOT, _LEFT, _ROOM, _SMALL = 34, 150, 60, 14, 520
_ROW, _NAME, _NOTE, _LONGEST = 30, 290, 190, 36


@dataclass(frozen=True)
class Point:
    """A share in one period; `unknown` says of how many it could not be said."""

    name: str
    share: Share


@dataclass(frozen=True)
class Line:
    """The threshold of a trend.

    Attributes:
        share: where it lies.
        words: what it says.
        cap: whether shares that reach it are the bad ones.
        strict: whether only a share above it reaches it.

    """

    share: Fraction
    words: Words
    cap: bool = False
    strict: bool = False

    def reached(self, share: Fraction) -> bool:
        """Whether a share reaches it."""
        return share > self.share if self.strict else share >= self.share


@dataclass(frozen=True)
class Stack:
    """Counts of one office, sector or month."""

    name: str
    early: int
    on_time: int
    overdue: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.early + self.on_time + self.overdue


def trend(name: str, title: Words, points: Sequence[Point], threshold: Line | None) -> Picture:
    """Shares by period as columns, a dashed line at the threshold; a share out of nothing leaves a gap."""
    return Picture(
        title, {language: _trend(name, title, points, threshold, language) for language in LANGUAGES}, small=True
    )


def stacked(name: str, title: Words, rows: Sequence[Stack]) -> Picture:
    """Early, on time and overdue side by side in one bar for each row, with their counts."""
    return Picture(
        title, {language: _stacked(name, title, rows[:MOST_ROWS], language) for language in LANGUAGES}, stacked=True
    )


def shares(name: str, title: Words, rows: Sequence[Point], threshold: Line | None) -> Picture:
    """The share of each row as a bar with n / N beside it, and the threshold across."""
    return Picture(
        title, {language: _shares(name, title, rows[:MOST_ROWS], threshold, language) for language in LANGUAGES}
    )


def histogram(name: str, title: Words, bins: Sequence[tuple[Words, int, bool]]) -> Picture:
    """How many dossiers have how much time left: label, count, and whether that is too late."""
    return Picture(title, {language: _histogram(name, title, bins, language) for language in LANGUAGES})


def _pick(words: Words, language: Language) -> str:
    return words[language == "en"]


def _trend(name: str, title: Words, points: Sequence[Point], threshold: Line | None, language: Language) -> Markup:
    scale = _percents([point.share for point in points], threshold)
    pitch = (_SMALL - _LEFT - _ROOM) / max(1, len(points))
    at = [(point, _LEFT + place * pitch) for place, point in enumerate(points)]
    parts = [_y_axis(scale, "%", _SMALL), *(_column(x, pitch, one, scale[-1], threshold, language) for one, x in at)]
    if threshold:
        y = _y(float(100 * threshold.share), scale[-1])
        parts += [line(_LEFT, y, _SMALL, y, "threshold")]
        parts += [text(_LEFT, 12, f"– – {_pick(threshold.words, language)}", "limit")]
    for point, x in at[:: max(1, ceil(60 / pitch))]:
        words = point.share.percent(language)
        parts.append(text(x + pitch / 2, _height(point.share, scale[-1]) - 6, words, "note", "middle"))
        parts.append(text(x + pitch / 2, _TOP + _PLOT + 20, point.name, "tick", "middle"))
    about = "; ".join(_said(point, language) for point in points)
    return picture(f"{name}-{language}", _TOP + _PLOT + 32, _pick(title, language), about, parts, _SMALL)


def _column(x: float, pitch: float, point: Point, highest: float, threshold: Line | None, language: Language) -> Markup:
    if not point.share.whole:
        return Markup()
    gap, top = min(18.0, pitch * 0.3), _height(point.share, highest)
    bar = rect(x + gap / 2, top, pitch - gap, _TOP + _PLOT - top, _style(point.share, threshold))
    return grouped(_said(point, language), bar)


def _height(share: Share, highest: float) -> float:
    """Where a column ends at the top."""
    return _y(100 * (share.part or 0) / share.whole if share.whole else 0, highest)


def _style(share: Share, threshold: Line | None) -> str:
    """Orange where a cap is reached or a target is missed."""
    if threshold is None or share.part is None:
        return "ontime"
    reached = threshold.reached(Fraction(share.part, share.whole))
    return "late" if reached == threshold.cap else "ontime"


def _stacked(name: str, title: Words, rows: Sequence[Stack], language: Language) -> Markup:
    widest = max((row.whole for row in rows), default=0) or 1
    scale = ticks(widest)
    bottom = _ROW * len(rows) + 8
    parts = [_x_axis(scale, bottom, "", language)]
    parts += [_bar(_ROW * place + 8, row, scale[-1], language) for place, row in enumerate(rows)]
    about = "; ".join(f"{visible(row.name, _LONGEST)}: {_counts(row, language)}" for row in rows)
    return picture(f"{name}-{language}", bottom + 26, _pick(title, language), about, parts)


def _bar(y: float, row: Stack, highest: float, language: Language) -> Markup:
    parts, x = [text(_NAME - 12, y + 15, _short(row.name), "name", "end")], float(_NAME)
    for style, count in zip(OUTCOMES, (row.early, row.on_time, row.overdue), strict=True):
        width = _plot() * count / highest
        parts.append(rect(x, y + 2, width, _ROW - 12, style) if count else Markup())
        x += width
    note = " / ".join(number(count, language) for count in (row.early, row.on_time, row.overdue))
    return grouped(f"{row.name}: {_counts(row, language)}", *parts, text(x + 8, y + 15, note, "note"))


def _counts(row: Stack, language: Language) -> str:
    counts = zip(OUTCOMES.values(), (row.early, row.on_time, row.overdue), strict=True)
    return ", ".join(f"{_pick(words, language)} {number(count, language)}" for words, count in counts)


def _shares(name: str, title: Words, rows: Sequence[Point], threshold: Line | None, language: Language) -> Markup:
    scale = _percents([row.share for row in rows], threshold)
    bottom = _ROW * len(rows) + 8
    parts, notes = [_x_axis(scale, bottom, "%", language)], []
    for place, row in enumerate(rows):
        y, share = _ROW * place + 8, row.share
        length = _plot() * 100 * (share.part or 0) / share.whole / scale[-1] if share.whole else 0
        note = f"{share.fraction(language)} · {share.percent(language)}" if share.whole else UNKNOWN
        shapes = (
            text(_NAME - 12, y + 15, _short(row.name), "name", "end"),
            rect(_NAME, y + 2, length, _ROW - 12, _style(share, threshold) if share.whole else "aside"),
        )
        parts.append(grouped(f"{row.name}: {note}", *shapes))
        notes.append(text(_NAME + length + 8, y + 15, note, "note"))
    if threshold:
        x = _NAME + _plot() * float(100 * threshold.share) / scale[-1]
        parts += [
            line(x, 2, x, bottom, "threshold"),
            text(x + 4, bottom + 34, _pick(threshold.words, language), "limit"),
        ]
    about = "; ".join(_said(row, language) for row in rows)
    # the words last, so that the dashed line does not cross them
    return picture(f"{name}-{language}", bottom + 42, _pick(title, language), about, [*parts, *notes])


def _histogram(name: str, title: Words, bins: Sequence[tuple[Words, int, bool]], language: Language) -> Markup:
    scale = ticks(max((count for _, count, _ in bins), default=0))
    pitch = (WIDTH - _LEFT - _ROOM) / max(1, len(bins))
    parts = [_y_axis(scale, "")]
    for place, (words, count, late) in enumerate(bins):
        x, label, top = _LEFT + place * pitch, _pick(words, language), _y(count, scale[-1])
        parts.append(
            grouped(
                f"{label}: {number(count, language)}",
                rect(x + 8, top, pitch - 16, _TOP + _PLOT - top, "late" if late else "ontime"),
                text(x + pitch / 2, top - 6, number(count, language), "note", "middle"),
                text(x + pitch / 2, _TOP + _PLOT + 20, label, "tick", "middle"),
            )
        )
    about = "; ".join(f"{_pick(words, language)}: {number(count, language)}" for words, count, _ in bins)
    return picture(f"{name}-{language}", _TOP + _PLOT + 32, _pick(title, language), about, parts)


def _said(point: Point, language: Language) -> str:
    share = point.share
    told = f"{share.fraction(language)} ({share.percent(language)})" if share.whole else UNKNOWN
    return f"{visible(point.name, _LONGEST)}: {told}"


def _percents(found: Iterable[Share], threshold: Line | None) -> list[int]:
    """Round percentages up to the highest share and the threshold, but not far beyond everything."""
    values = [100 * (share.part or 0) / share.whole for share in found if share.whole]
    limit = [float(100 * threshold.share) * 1.2] if threshold else []
    return [tick for tick in ticks(min(100, max([*values, *limit, 1]))) if tick <= 100] or [0, 100]  # noqa: PLR2004


def _y(value: float, highest: float) -> float:
    return _TOP + _PLOT * (1 - value / highest)


def _y_axis(scale: Sequence[int], unit: str, width: float = WIDTH) -> Markup:
    lines = (line(_LEFT, _y(tick, scale[-1]), width, _y(tick, scale[-1])) for tick in scale)
    names = (text(_LEFT - 8, _y(tick, scale[-1]) + 4, f"{tick}{unit}", "tick", "end") for tick in scale)
    return Markup("").join([*lines, *names])


def _x_axis(scale: Sequence[int], bottom: float, unit: str, language: Language) -> Markup:
    at = [(tick, _NAME + _plot() * tick / scale[-1]) for tick in scale]
    lines = (line(x, 4, x, bottom) for _, x in at)
    names = (text(x, bottom + 18, f"{number(tick, language)}{unit}", "tick", "middle") for tick, x in at)
    return Markup("").join([*lines, *names])


def _plot() -> float:
    return WIDTH - _NAME - _NOTE


def _short(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
