"""Draw the two pictures of the report as inline SVG: lateness by week, lateness by office."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from math import ceil
from typing import NamedTuple

from markupsafe import Markup

from rules.display import UNKNOWN, Language, Share, day, number, visible
from rules.svg import WIDTH, line, picture, rect, text

MOST_COLUMNS = 60
_TOP, _PLOT, _LEFT = 24, 216, 56
_LABELLED_COLUMNS = 16
_LABEL_ROOM = 58
_ROW, _NAME, _NOTE = 30, 290, 190
_LONGEST_NAME = 36
_BAR, _SLIVER = 200, 3


@dataclass(frozen=True)
class Bar:
    """One column or row of a picture: `late` of the `decided` dossiers; `open_overdue` None means not given."""

    name: str
    decided: int
    late: int
    open_overdue: int | None = None

    @property
    def share(self) -> Share:
        """Late out of decided."""
        return Share(self.late, self.decided)


@dataclass(frozen=True)
class Timeline:
    """Weeks on an unbroken axis: each column covers `weeks_per_column` weeks from its Monday."""

    columns: tuple[tuple[date, Bar], ...]
    weeks_per_column: int

    @property
    def total(self) -> Share:
        """Late out of decided over all weeks."""
        return _merged([bar for _, bar in self.columns]).share

    @property
    def labelled(self) -> bool:
        """Whether the columns are wide enough to carry their figures."""
        return len(self.columns) <= _LABELLED_COLUMNS

    @property
    def counts_open(self) -> bool:
        """Whether any week says how many dossiers were open and overdue."""
        return any(bar.open_overdue is not None for _, bar in self.columns)


def monday(week: str) -> date:
    """Read "2024-W36", or any ISO date of that week, as its Monday.

    >>> monday("2024-W36"), monday("2024-09-04")
    (datetime.date(2024, 9, 2), datetime.date(2024, 9, 2))
    """
    try:
        given = date.fromisoformat(week)
    except ValueError:
        raise ValueError(f'week {week!r}: give an ISO week such as "2024-W36" or a date such as "2024-09-02"') from None
    return given - timedelta(days=given.weekday())


def timeline(weeks: Iterable[Bar]) -> Timeline:
    """Put weekly bars on an axis without gaps; many weeks share a column so that it stays readable."""
    by_monday = sorted(((monday(bar.name), bar) for bar in weeks), key=lambda pair: pair[0])
    if not by_monday:
        return Timeline((), 1)
    first, last = by_monday[0][0], by_monday[-1][0]
    span = (last - first).days // 7 + 1
    step = ceil(span / MOST_COLUMNS)
    bins: list[list[Bar]] = [[] for _ in range(ceil(span / step))]
    for start, bar in by_monday:
        bins[(start - first).days // 7 // step].append(bar)
    columns = ((first + timedelta(weeks=step * i), _merged(bars)) for i, bars in enumerate(bins))
    return Timeline(tuple(columns), step)


def _merged(bars: Sequence[Bar]) -> Bar:
    given = [bar.open_overdue for bar in bars if bar.open_overdue is not None]
    name = bars[0].name if bars else ""
    return Bar(name, sum(b.decided for b in bars), sum(b.late for b in bars), given[-1] if given else None)


def ticks(highest: float, about: int = 4) -> list[int]:
    """Choose round numbers from 0 to at least `highest`, about so many steps.

    >>> ticks(162), ticks(3), ticks(0)
    ([0, 50, 100, 150, 200], [0, 1, 2, 3], [0, 1])
    """
    step = next(m * 10**k for k in count() for m in (1, 2, 5) if m * 10**k * about >= highest)
    return [step * i for i in range(max(1, ceil(highest / step)) + 1)]


def lateness_by_week(line: Timeline, language: Language) -> Markup:
    """Draw decided dossiers per week as columns, the late ones stacked in orange on those on time."""
    words = _WEEK_WORDS[language]
    scale = ticks(max((bar.decided for _, bar in line.columns), default=0))
    pitch = (WIDTH - _LEFT - 8) / max(1, len(line.columns))
    parts = [_y_axis(scale, words.y, language)]
    for i, (start, bar) in enumerate(line.columns):
        title = _figures(f"{day(start)}, {words.about}", bar.share, language)
        parts.append(_column(_LEFT + i * pitch, pitch, bar, scale[-1], title))
        if line.labelled and bar.decided:
            parts.append(_column_note(_LEFT + (i + 0.5) * pitch, bar, scale[-1], language))
    parts += _week_labels([start for start, _ in line.columns], pitch)
    axis = words.x if line.weeks_per_column == 1 else words.x_shared
    parts.append(text((WIDTH + _LEFT) / 2, _TOP + _PLOT + 58, axis, "axis", "middle"))
    about = _figures(words.about, line.total, language)
    return picture(f"weeks-{language}", _TOP + _PLOT + 68, words.title, about, parts)


def lateness_by_office(bars: Sequence[Bar], language: Language) -> Markup:
    """Draw the late share of each office as a horizontal bar with n / N and percent beside it."""
    scale = ticks(max((100 * bar.late / bar.decided for bar in bars if bar.decided), default=0))
    bottom = _ROW * len(bars) + 8
    parts = [_x_axis(scale, bottom)]
    parts += [_row(_ROW * i + 8, bar, scale[-1], language) for i, bar in enumerate(bars)]
    parts.append(text(_NAME + _plot_width() / 2, bottom + 40, _OFFICE_AXES[language], "axis", "middle"))
    about = _figures(_WEEK_WORDS[language].about, _merged(bars).share, language)
    return picture(f"offices-{language}", bottom + 44, _OFFICE_TITLES[language], about, parts)


def counts_bar(violated: int, satisfied: int, not_assessable: int, not_applicable: int) -> Markup:
    """Draw the four counts of a rule as one bar; a flagged dossier among a million still shows as a sliver."""
    whole = violated + satisfied + not_assessable + not_applicable
    sliver = _SLIVER if violated else 0
    parts, x = [], 0.0
    shares = {"late": violated, "ontime": satisfied, "blind": not_assessable, "aside": not_applicable}
    for style, dossiers in shares.items():
        width = (_BAR - sliver) * dossiers / whole if whole else 0
        width += sliver if style == "late" else 0
        parts.append(rect(x, 0, width, 10, style) if width else Markup())
        x += width
    head = Markup('<svg class="counts" viewBox="0 0 {} 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>')
    return head.format(_BAR, Markup("").join(parts))


class _Words(NamedTuple):
    title: str
    y: str
    x: str
    x_shared: str
    about: str


_WEEK_WORDS = {
    "vi": _Words(
        title="Hồ sơ có quyết định theo tuần: đúng hạn và trễ hạn",
        y="Hồ sơ có quyết định",
        x="Tuần bắt đầu từ thứ Hai, ngày/tháng",
        x_shared="Thứ Hai của tuần đầu mỗi cột, ngày/tháng",
        about="Trễ hạn / có quyết định",
    ),
    "en": _Words(
        title="Dossiers decided per week: on time and late",
        y="Dossiers decided",
        x="Week starting on Monday, day/month",
        x_shared="Monday of the first week of each column, day/month",
        about="Late / decided",
    ),
}
_OFFICE_TITLES = {"vi": "Tỷ lệ quyết định trễ hạn theo cơ quan, đơn vị", "en": "Share of late decisions by office"}
_OFFICE_AXES = {"vi": "Tỷ lệ trễ hạn trên số hồ sơ đã quyết định", "en": "Share of decisions that were late"}


def _figures(name: str, share: Share, language: Language) -> str:
    return f"{name}: {share.fraction(language)} ({share.percent(language)})" if share.whole else f"{name}: {UNKNOWN}"


def _y(value: float, highest: float) -> float:
    return _TOP + _PLOT * (1 - value / highest)


def _y_axis(scale: Sequence[int], label: str, language: Language) -> Markup:
    lines = (line(_LEFT, _y(t, scale[-1]), WIDTH, _y(t, scale[-1])) for t in scale)
    names = (text(_LEFT - 8, _y(t, scale[-1]) + 4, number(t, language), "tick", "end") for t in scale)
    return Markup("").join([*lines, *names, text(0, 10, label, "axis")])


def _column(x: float, pitch: float, bar: Bar, highest: float, title: str) -> Markup:
    gap = min(14.0, pitch * 0.24)
    top, middle = _y(bar.decided, highest), _y(bar.decided - bar.late, highest)
    late = rect(x + gap / 2, top, pitch - gap, middle - top, "late")
    on_time = rect(x + gap / 2, middle, pitch - gap, _TOP + _PLOT - middle, "ontime")
    return Markup("<g><title>{}</title>{}{}</g>").format(title, on_time, late)


def _column_note(x: float, bar: Bar, highest: float, language: Language) -> Markup:
    return text(x, _y(bar.decided, highest) - 6, bar.share.fraction(language).replace(" ", ""), "note", "middle")


def _week_labels(starts: Sequence[date], pitch: float) -> list[Markup]:
    every = max(1, ceil(_LABEL_ROOM / pitch))
    labels, year = [], None
    for i in range(0, len(starts), every):
        x = _LEFT + (i + 0.5) * pitch
        labels.append(text(x, _TOP + _PLOT + 20, f"{starts[i]:%d/%m}", "tick", "middle"))
        if starts[i].year != year:
            year = starts[i].year
            labels.append(text(x, _TOP + _PLOT + 36, str(year), "tick", "middle"))
    return labels


def _plot_width() -> float:
    return WIDTH - _NAME - _NOTE


def _x_axis(scale: Sequence[int], bottom: float) -> Markup:
    at = [(t, _NAME + _plot_width() * t / scale[-1]) for t in scale]
    lines = (line(x, 4, x, bottom) for _, x in at)
    names = (text(x, bottom + 18, f"{t}%", "tick", "middle") for t, x in at)
    return Markup("").join([*lines, *names])


def _row(y: float, bar: Bar, highest: float, language: Language) -> Markup:
    length = _plot_width() * (100 * bar.late / bar.decided if bar.decided else 0) / highest
    share = bar.share
    note = f"{share.fraction(language)} · {share.percent(language)}" if share.whole else UNKNOWN
    body = [
        Markup("<title>{}: {}</title>").format(visible(bar.name), note),
        text(_NAME - 12, y + 15, _short(bar.name), "name", "end"),
        rect(_NAME, y + 2, length, _ROW - 12, "late"),
        text(_NAME + length + 8, y + 15, note, "note"),
    ]
    return Markup("<g>{}</g>").format(Markup("").join(body))


def _short(name: str) -> str:
    shown = visible(name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"
