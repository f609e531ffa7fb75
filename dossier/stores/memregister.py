"""The register of forms in memory."""

from __future__ import annotations

from datetime import datetime

from dossier.errors import NumberTaken, UnknownNumber
from dossier.stores.register import Issued, Place, Series, checked, print_of, series_of, void_of


class MemoryRegister:
    """Numbers and forms of all offices; `Register` says more."""

    def __init__(self) -> None:
        self.kept: dict[Place, Issued] = {}
        self.last: dict[tuple[str, int, str], int] = {}

    def next(self, office: str, year: int, kind: str) -> int:
        """Take the next number of a series, from 1."""
        self.last[office, year, kind] = number = self.last.get((office, year, kind), 0) + 1
        return number

    def keep(self, issued: Issued) -> None:
        """Keep a form; raises as `Register` says."""
        if issued.place in self.kept:
            raise NumberTaken(issued.place)
        self.kept[issued.place] = issued

    def read(self, place: Place) -> Issued:
        """The form with its bytes, as they were issued; raises as `Register` says."""
        return checked(self._found(place))

    def of(self, dossier: str) -> list[Issued]:
        """The forms of a dossier without their bytes, in the order of its events."""
        found = [issued._replace(content=None) for issued in self.kept.values() if issued.dossier == dossier]
        return sorted(found, key=lambda issued: (issued.version, issued.place))

    def printed(self, place: Place, sides: int, now: datetime) -> None:
        """Record that a form was printed on so many sides; raises as `Register` says."""
        self.kept[place] = print_of(self._found(place), sides, now)

    def unprinted(self, office: str | None = None, year: int | None = None) -> list[Issued]:
        """The forms with two sides of which nobody recorded that both were printed, by place."""
        found = [self.kept[place] for place in sorted(self.kept) if _within(place, office, year)]
        return [issued._replace(content=None) for issued in found if issued.unprinted]

    def void(self, place: Place, reason: str, actor: str, now: datetime) -> None:
        """Make a form void; raises as `Register` says."""
        self.kept[place] = void_of(self._found(place), reason, actor, now)

    def series(self, office: str | None = None, year: int | None = None) -> list[Series]:
        """Every series, by office, year and kind, with its gaps and its void numbers."""
        last = {key: number for key, number in self.last.items() if _within(Place(*key, number), office, year)}
        places = [place for place in sorted(self.kept) if _within(place, office, year)]
        return series_of(last, ((place, self.kept[place].voided_at is not None) for place in places))

    def _found(self, place: Place) -> Issued:
        if place not in self.kept:
            raise UnknownNumber(place)
        return self.kept[place]


def _within(place: Place, office: str | None, year: int | None) -> bool:
    return office in {None, place.office} and year in {None, place.year}
