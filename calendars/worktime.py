"""Working time added to a moment: prefix tables and ready times of day, for one answer in a microsecond."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import compress, repeat
from zoneinfo import ZoneInfo

from calendars.hours import MINUTE, Template

DAY_MINUTES = 1440
BLOCK = 12
"""Two to this power working minutes, about a week, in which one look-up leaves few days to search."""


class WorkTime:
    """The line of working minutes of a table of days.

    Args:
        first: ordinal of the first day of the table.
        table: template number of each day.
        templates: the templates.
        minutes_before: working minutes before each day, and after the last one.
        zone: of the moments that come out.

    """

    def __init__(
        self,
        first: int,
        table: bytes,
        templates: Sequence[Template],
        minutes_before: list[int],
        zone: ZoneInfo,
    ) -> None:
        self.first, self.table, self.before, self.size = first, table, minutes_before, len(table)
        self.done = [
            [template.done(minute * MINUTE) // MINUTE for minute in range(DAY_MINUTES + 1)] for template in templates
        ]
        reached = [[m for begin, end in template.sessions for m in range(begin + 1, end + 1)] for template in templates]
        open_days = bytes(bool(template.minutes) for template in templates)
        worked = table.translate(open_days.ljust(256, b"\0"))
        self.starts = list(compress(minutes_before, worked))
        days = map(date.fromordinal, compress(range(first, first + self.size), worked))
        self.midnights = list(map(datetime.combine, days, repeat(time(tzinfo=zone))))
        self.reached = [reached[number] for number in compress(table, worked)]
        self.instants = [timedelta(minutes=minute) for minute in range(DAY_MINUTES + 1)]
        self.total = minutes_before[-1]
        self.blocks = [bisect_left(self.starts, edge + 1) for edge in range(0, self.total + (2 << BLOCK), 1 << BLOCK)]

    def add(self, local: datetime, work: int) -> datetime | None:
        """The moment at which `work` > 0 microseconds are done after `local`; None where the tables are left."""
        day = local.toordinal() - self.first
        if not 0 <= day < self.size:
            return None
        done = self.done[self.table[day]]
        minute = local.hour * 60 + local.minute
        before = done[minute]
        position = (self.before[day] + before) * MINUTE + work
        if done[minute + 1] > before:
            position += local.second * 1_000_000 + local.microsecond
        return self.at(position)

    def at(self, position: int) -> datetime | None:
        """The moment at which so many microseconds > 0 are done; a full session ends at its closing."""
        minutes = -(-position // MINUTE)
        if not 0 < minutes <= self.total:
            return None
        block = (minutes - 1) >> BLOCK
        k = bisect_left(self.starts, minutes, self.blocks[block] - 1, self.blocks[block + 1]) - 1
        end = self.midnights[k] + self.instants[self.reached[k][minutes - self.starts[k] - 1]]
        missing = minutes * MINUTE - position
        return end - timedelta(0, 0, missing) if missing else end
