"""Every way floor 1 says no; the docstring tells when, the facts are attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why an act is refused.

    Attributes:
        code: permanent code, a key of `data/requirements.toml`.
        message_en: the sentence in English: what was found, what is allowed, what to do next.
        message_vi: the sentence in Vietnamese.
        citation: the instrument and its clause; says so where the clause is not verified.
        overridable: whether an `Override` lifts it; what cannot be is never lifted.
        field: the field of the act that is missing or wrong, None where the reason is not about one field.

    """

    code: str
    message_en: str
    message_vi: str
    citation: str
    overridable: bool = False
    field: str | None = None


class DossierError(Exception):
    """Floor 1 cannot do what was asked."""


class NotAllowed(DossierError):  # noqa: N818  # named for what was found
    """The desk refuses an act; `reasons` holds every reason, not only the first."""

    def __init__(self, dossier: str, command: str, reasons: Sequence[Reason]) -> None:
        self.dossier, self.command, self.reasons = dossier, command, tuple(reasons)
        sentences = "; ".join(f"[{reason.code}] {reason.message_en}" for reason in self.reasons)
        super().__init__(f"dossier {dossier!r}: {command} is refused: {sentences}")


class Conflict(DossierError):  # noqa: N818  # named for what was found
    """Somebody else wrote this version first; read the dossier again, decide again, and repeat the command.

    Attributes:
        ended: whether the database has ended the transaction: roll it back; who was first is not known.

    """

    def __init__(
        self,
        dossier: str,
        version: int,
        *,
        kind: str | None = None,
        actor: str | None = None,
        recorded_at: datetime | None = None,
        ended: bool = False,
    ) -> None:
        self.dossier, self.version, self.ended = dossier, version, ended
        self.kind, self.actor, self.recorded_at = kind, actor, recorded_at
        if ended:
            super().__init__(
                f"another transaction was in the way and version {version} of dossier {dossier!r} was not kept; roll "
                "this transaction back, read the dossier again in a new one and repeat the command if it still applies"
            )
            return
        what = "" if kind is None else f", {kind} by {actor or 'an unnamed actor'}"
        when = "" if recorded_at is None else f" at {recorded_at.isoformat()}"
        super().__init__(
            f"dossier {dossier!r} already has version {version}{what}{when}; "
            "read it again and repeat the command if it still applies"
        )


class KeyReused(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An idempotency key (khóa chống trùng lặp) that already stands for another command."""

    def __init__(self, key: str, dossier: str, version: int) -> None:
        self.key, self.dossier, self.version = key, dossier, version
        super().__init__(
            f"the key {key!r} already stands for version {version} of dossier {dossier!r}, which another command "
            "wrote; a key belongs to one command and is sent again only with the same command and fields"
        )


class UnusablePrefix(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A table prefix or a schema that is no plain name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} cannot begin the names of tables or name a schema; use at most 30 of the characters a-z, 0-9 "
            "and _, beginning with a letter, and no word of SQL, as motcua_"
        )


class UnknownDossier(DossierError, LookupError):  # noqa: N818  # named for what was found
    """No event of this dossier (hồ sơ) is stored."""

    def __init__(self, dossier: str) -> None:
        self.dossier = dossier
        super().__init__(f"no event of dossier {dossier!r} is stored; check the code, or submit or receive it first")


class UnknownCommand(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A command that the lifecycle table does not have."""

    def __init__(self, command: str, known: Iterable[str]) -> None:
        self.command, self.known = command, tuple(known)
        super().__init__(f"there is no command {command!r}; the commands are {', '.join(self.known)}")


class UnknownField(DossierError, TypeError):  # noqa: N818  # named for what was found
    """A field that the event of this command does not have."""

    def __init__(self, command: str, field: str, known: Iterable[str]) -> None:
        self.command, self.field, self.known = command, field, tuple(known)
        super().__init__(f"{command} has no field {field!r}; its fields are {', '.join(self.known)}")


class Unreplayable(DossierError):  # noqa: N818  # named for what was found
    """A history whose steps cannot follow each other; the desk does not act on it, the checks still read it."""

    def __init__(self, dossier: str, version: int, kind: str, why: str) -> None:
        self.dossier, self.version, self.kind, self.why = dossier, version, kind, why
        super().__init__(
            f"dossier {dossier!r} cannot be run on: version {version} ({kind}) {why}; "
            "handle it outside the desk or import a corrected history under a new code"
        )


class ImpossibleStep(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An event that cannot follow in this state; `index` is its place in the history, from 0."""

    def __init__(self, index: int, kind: str, state: str) -> None:
        self.index, self.kind, self.state = index, kind, state
        super().__init__(f"event {index + 1} ({kind}) cannot follow in the state {state!r}")


class IncompatibleTerm(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An extension after a supplement that cannot be added to the time limit (thời hạn giải quyết)."""

    def __init__(self, extension: str, limit: str | None) -> None:
        self.extension, self.limit = extension, limit
        beside = "no limit is known" if limit is None else f"the limit is {limit}"
        super().__init__(f"{extension} cannot be added: {beside}; give a limit and an extension in one unit")


class MalformedTable(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A lifecycle table that breaks a rule of its own."""


class UnreadableCell(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A cell of an imported row that is no value of its column."""

    def __init__(self, dossier: str, column: str, found: object, allowed: str) -> None:
        self.dossier, self.column, self.found, self.allowed = dossier, column, found, allowed
        super().__init__(f"dossier {dossier!r}: column {column!r} holds {found!r}; allowed is {allowed}")


class UnsupportedDatabase(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A database whose way to refuse a taken key is not known here."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"the store does not know the database {name!r}; use one of {', '.join(self.known)}")


class MalformedDossierCode(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A text that is no dossier code (mã số hồ sơ)."""

    def __init__(self, found: str, flaw: str, allowed: Iterable[str]) -> None:
        self.found, self.flaw, self.allowed = found, flaw, tuple(allowed)
        super().__init__(
            f"{found!r} is no dossier code (mã số hồ sơ): {flaw}; allowed are {'; '.join(self.allowed)}; "
            "check it against the receipt"
        )


class UnknownTopic(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A topic for which this step of the dossier has no message."""

    def __init__(self, topic: str, kind: str, known: Iterable[str]) -> None:
        self.topic, self.kind, self.known = topic, kind, tuple(known)
        super().__init__(
            f"the step {kind!r} has no message of the topic {topic!r}; its topics are {', '.join(self.known)}"
        )


class SinkError(DossierError):
    """A message that did not arrive; `temporary` tells whether it is worth sending again."""

    def __init__(self, key: str, why: str, *, temporary: bool) -> None:
        self.key, self.why, self.temporary = key, why, temporary
        after = "it will be sent again" if temporary else "correct the cause, then have it sent again"
        super().__init__(f"message {key!r} was not delivered: {why}; {after}")


class MalformedFile(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A file of requirements, of timers, of colours, of roles, or a roster that breaks a rule of its format."""

    def __init__(self, file: str, key: str, rule: str, example: str) -> None:
        self.file, self.key, self.rule, self.example = file, key, rule, example
        super().__init__(f"{file}: {key}: {rule}; for example: {example}")


class UnknownTimer(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A kind of reminder (nhắc việc) that the file of timers does not have."""

    def __init__(self, kind: str, known: Iterable[str]) -> None:
        self.kind, self.known = kind, tuple(known)
        super().__init__(f"there is no reminder {kind!r}; the kinds are {', '.join(self.known)}")


class UnknownRole(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A policy that gives an actor something that is no role (vai trò)."""

    def __init__(self, actor: str | None, found: object, known: Iterable[str]) -> None:
        self.actor, self.found, self.known = actor, found, tuple(known)
        super().__init__(f"the policy gives {actor!r} the role {found!r}; give a collection of {', '.join(self.known)}")


@dataclass(frozen=True, slots=True)
class FormFault:
    """One field for which a form is refused: its name, its Vietnamese label, and what is wrong with it."""

    field: str
    vi: str
    why: str

    def __str__(self) -> str:
        """The fault as part of a sentence."""
        return f"{self.field} ({self.vi}) {self.why}" if self.vi else f"{self.field} {self.why}"


class FormRefused(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A form that lacks a field or holds a wrong one; `faults` has all of them, not only the first."""

    def __init__(self, kind: str, title: str, faults: Sequence[FormFault]) -> None:
        self.kind, self.title, self.faults = kind, title, tuple(faults)
        super().__init__(f"{kind} ({title}) is refused: {'; '.join(map(str, self.faults))}")


class UnknownForm(DossierError, LookupError):  # noqa: N818  # named for what was found
    """A kind of form (mẫu) that the file of forms does not have."""

    def __init__(self, kind: str, known: Iterable[str]) -> None:
        self.kind, self.known = kind, tuple(known)
        super().__init__(f"there is no form {kind!r}; the forms are {', '.join(self.known)}")


class NoFormInForce(DossierError, LookupError):  # noqa: N818  # named for what was found
    """A kind of form that has no version on this day."""

    def __init__(self, kind: str, title: str, on: date, spans: Iterable[tuple[date, date | None]]) -> None:
        self.kind, self.title, self.on, self.spans = kind, title, on, tuple(spans)
        known = ", ".join(f"{start} to {end or 'now'}" for start, end in self.spans)
        super().__init__(
            f"{kind} ({title}) has no form in force on {on}; forms are known for {known}. "
            "Use a day in there, or add the version of that day to the file of forms"
        )


class MalformedDigest(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A text under which no document can be kept."""

    def __init__(self, found: object) -> None:
        self.found = found
        super().__init__(
            f"{found!r} names no document; allowed is a SHA-256 in 64 lower-case hexadecimal digits, as `keep` gives it"
        )


class UnknownContent(DossierError, LookupError):  # noqa: N818  # named for what was found
    """No content of this digest is kept."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"no document with the SHA-256 {sha256} is kept; it was erased, or never kept here")


class AlteredContent(DossierError):  # noqa: N818  # named for what was found
    """A kept document is no longer what it was: its bytes do not give its digest."""

    def __init__(self, sha256: str, found: str) -> None:
        self.sha256, self.found = sha256, found
        super().__init__(
            f"the document kept as {sha256} now gives {found}: its bytes were changed or damaged; "
            "restore it from a backup, or keep the genuine document again"
        )


class UnreadableCertificate(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A certificate or revocation list given in the settings that cannot be read."""

    def __init__(self, source: str, wanted: str, why: str) -> None:
        self.source, self.wanted, self.why = source, wanted, why
        super().__init__(f"{source} holds no {wanted}: {why}; give it in PEM or DER, as a path or as bytes")


class NotLendable(DossierError, TypeError):  # noqa: N818  # named for what was found
    """Not a connection that the store can work over."""

    def __init__(self, found: object) -> None:
        self.found = found
        name = f"{type(found).__module__}.{type(found).__qualname__}"
        super().__init__(
            f"the store cannot work over a {name}; lend it a SQLAlchemy Connection or Session, a connection of sqlite3 "
            "or psycopg, or django.db.connection over one of these; an asynchronous one goes to AsyncDesk"
        )


class OnlyTheHost(DossierError, RuntimeError):  # noqa: N818  # named for what was found
    """An attempt to end, to replace or to change a connection that the host lent."""

    def __init__(self, attempt: str) -> None:
        self.attempt = attempt
        super().__init__(f"cannot {attempt} through a lent connection; do it with the host's own connection")


class NoOpenTransaction(DossierError, RuntimeError):  # noqa: N818  # named for what was found
    """A write over a lent connection that would commit each statement by itself."""

    def __init__(self) -> None:
        super().__init__(
            "the lent connection commits each statement by itself, so an event could be kept without what belongs to "
            "it; open a transaction first: BEGIN, connection.transaction() of psycopg or transaction.atomic() of Django"
        )


class UnusableDatabase(DossierError):  # noqa: N818  # named for what was found
    """A database that cannot be opened, read or written; nothing in it was changed. The address shows no password."""

    def __init__(self, address: str, found: str, remedy: str) -> None:
        self.address, self.found, self.remedy = address, found, remedy
        super().__init__(f"{address}: {found}; nothing was changed; {remedy}")


class NoSchemas(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A schema for a database that has none."""

    def __init__(self, schema: str) -> None:
        self.schema = schema
        super().__init__(f"SQLite has no schema {schema!r}; leave it out: a prefix keeps tables apart there")


class TablesBehind(DossierError):  # noqa: N818  # named for what was found
    """The tables are older than this package, or not there."""

    def __init__(self, found: str | None, latest: str, prefix: str, schema: str | None) -> None:
        self.found, self.latest, self.prefix, self.schema = found, latest, prefix, schema
        have = f"the tables {prefix}… have version {found}" if found else f"there are no tables {prefix}…"
        options = f" --prefix {prefix}" * (prefix != "motcua_") + (f" --schema {schema}" if schema else "")
        super().__init__(
            f"{have}, and this motcua works with version {latest}; run: motcua db upgrade --db URL{options}"
        )


class TablesAhead(DossierError):  # noqa: N818  # named for what was found
    """The tables were written by a later package."""

    def __init__(self, found: str, latest: str) -> None:
        self.found, self.latest = found, latest
        super().__init__(
            f"the tables have version {found}, and this motcua knows versions up to {latest}; "
            "install the motcua that upgraded them, or a later one: there is no way back to an older version"
        )


class UnknownTables(DossierError):  # noqa: N818  # named for what was found
    """Tables of our names that are of no version of ours."""

    def __init__(self, misfits: Iterable[str], found: Iterable[str]) -> None:
        self.misfits, self.found = tuple(misfits), tuple(found)
        why = "the others that belong to them are not" if not self.misfits else "their columns are not those of motcua"
        super().__init__(
            f"the tables {', '.join(self.misfits or self.found)} are there, but {why} in any version; "
            "choose another prefix (--prefix) or schema (--schema), or restore the tables from a backup"
        )


class UnsealableDay(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A day under whose name the register cannot be sealed (niêm phong sổ)."""

    def __init__(self, day: date, today: date, last: str | None) -> None:
        self.day, self.today, self.last = day, today, last
        why = f"{last} is sealed already, and sealings follow each other" if day <= today else "it is yet to come"
        after = f", after {last}" if last else ""
        super().__init__(f"{day} cannot be sealed: {why}; seal a day up to {today}{after}")


class UnusableDigest(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A text that is no digest of a sealing."""

    def __init__(self, found: object) -> None:
        self.found = found
        super().__init__(f"{found!r} is no digest; give the 64 hexadecimal digits that `motcua seal` printed")


class NoBasis(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An erasure (xóa dữ liệu cá nhân) without a reason."""

    def __init__(self) -> None:
        super().__init__(
            "an erasure (xóa dữ liệu cá nhân) needs its basis: the request or the expired period, without personal data"
        )


class NotErasable(DossierError):  # noqa: N818  # named for what was found
    """Dossiers of which nothing may be erased, each with why; nothing was erased at all."""

    def __init__(self, refused: Mapping[str, str]) -> None:
        self.refused = dict(refused)
        shown = [f"{code!r}: {why}" for code, why in list(self.refused.items())[:10]]
        more = f"; and {len(self.refused) - 10} more" if len(self.refused) > 10 else ""  # noqa: PLR2004  # as shown
        super().__init__(f"nothing was erased. {'; '.join(shown)}{more}; leave these out")


class NotSealed(DossierError):  # noqa: N818  # named for what was found
    """A year that cannot be archived, because its dossiers are not sealed."""

    def __init__(self, year: int, dossiers: int) -> None:
        self.year, self.dossiers = year, dossiers
        found = f"{dossiers} of its dossiers have events that are not sealed" if dossiers else "nothing is sealed yet"
        super().__init__(f"{year} cannot be archived: {found}; run `motcua seal` first")


class UnusableArchive(DossierError):  # noqa: N818  # named for what was found
    """A folder that is no archive (kho lưu trữ), or a damaged one."""

    def __init__(self, folder: object, found: str) -> None:
        self.folder, self.found = folder, found
        super().__init__(f"{folder}: {found}; take another copy of the archive, or another folder")


class ArchiveDiffers(DossierError):  # noqa: N818  # named for what was found
    """An archive that is not what the database holds; nothing was pruned."""

    def __init__(self, folder: object, dossier: str | None, found: str) -> None:
        self.folder, self.dossier, self.found = folder, dossier, found
        super().__init__(
            f"{folder}: {f'dossier {dossier!r}: ' if dossier else ''}{found}; nothing was pruned. "
            "Run `motcua verify`; if the database is right, archive into another folder"
        )


class ForkedAfterPrinting(DossierError, RuntimeError):  # noqa: N818  # named for what was found
    """A process forked from one that had already printed a PDF; the printer's threads do not live on in it."""

    def __init__(self) -> None:
        super().__init__(
            "this process was forked after its parent had printed a PDF, and would wait for ever; "
            "print only in the workers, or start them by spawn or forkserver"
        )


class NoStorage(DossierError, TypeError):  # noqa: N818  # named for what was found
    """Content was handed to a desk that has nowhere to keep it."""

    def __init__(self, document: str) -> None:
        self.document = document
        super().__init__(
            f"document {document!r} came with its content, and this desk has no storage; hand the desk evidence=, "
            "or note the document without content with do(..., 'attach', document=...)"
        )


class SeriesTaken(Conflict):
    """Another transaction took a number of the series first, in a way that ends this one."""

    def __init__(self, office: str, year: int, kind: str) -> None:
        self.office, self.year, self.series = office, year, kind
        super().__init__("", 0, ended=True)
        sentence = f"another transaction took a number of {kind}/{year} of {office} first; roll back, begin a new "
        self.args = (f"{sentence}transaction and repeat the command if it still applies",)


class NumberTaken(DossierError):  # noqa: N818  # named for what was found
    """A number under which a form (mẫu) is kept already."""

    def __init__(self, place: object) -> None:
        self.place = place
        super().__init__(
            f"{place} is kept already, and its number is given out once; take numbers from the register only. "
            "If they are, the table of numbers was changed: restore it from a backup"
        )


class UnknownNumber(DossierError, LookupError):  # noqa: N818  # named for what was found
    """A number under which no form (mẫu) is kept."""

    def __init__(self, place: object) -> None:
        self.place = place
        super().__init__(f"no form is kept as {place}; `motcua forms series` shows what there is, and the gaps")


class ErasedForm(DossierError):  # noqa: N818  # named for what was found
    """A form (mẫu) whose bytes were erased with what named the person."""

    def __init__(self, place: object, erased_at: datetime) -> None:
        self.place, self.erased_at = place, erased_at
        super().__init__(
            f"{place} was erased (xóa dữ liệu cá nhân) at {erased_at.isoformat()}: its number and its hash are left, "
            "and the journal says why; it can neither be shown nor made void"
        )


class AlteredForm(DossierError):  # noqa: N818  # named for what was found
    """A kept form (mẫu) that is no longer what was issued."""

    def __init__(self, place: object, sha256: str, found: str) -> None:
        self.place, self.sha256, self.found = place, sha256, found
        super().__init__(
            f"{place} is not what was issued: its SHA-256 is {found} and was {sha256}; its bytes were changed or "
            "damaged, restore them from a backup"
        )


class SidesNotPrinted(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A form (mẫu) of which not every side was printed (in đầy đủ các mặt)."""

    def __init__(self, place: object, printed: int, sides: int) -> None:
        self.place, self.printed, self.sides = place, printed, sides
        super().__init__(
            f"{place} has {sides} sides (mặt) and {printed} of them were printed; print all of them, then record it"
        )


class VoidedForm(DossierError):  # noqa: N818  # named for what was found
    """A form (mẫu) that is void (đã hủy) already."""

    def __init__(self, place: object, voided_at: datetime, voided_by: str | None) -> None:
        self.place, self.voided_at, self.voided_by = place, voided_at, voided_by
        super().__init__(
            f"{place} is void (đã hủy) since {voided_at.isoformat()}, by {voided_by or 'an unnamed actor'}; "
            "the first reason stays"
        )


class NoVoidReason(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A form that would be made void (hủy mẫu) without a reason."""

    def __init__(self, place: object) -> None:
        self.place = place
        super().__init__(f"{place} can be made void (hủy) only with a reason; say why it does not hold")


class OfficeWithoutCode(DossierError, ValueError):  # noqa: N818  # named for what was found
    """An office that cannot number its forms, having no identifier (mã định danh cơ quan)."""

    def __init__(self, agency: str) -> None:
        self.agency = agency
        super().__init__(
            f"the office {agency!r} has no code (mã định danh cơ quan), under which its forms are numbered; "
            'add it to the office file, as code = "H32.08"'
        )


class NotForThisKind(DossierError, ValueError):  # noqa: N818  # named for what was found
    """A part of the desk that a kind of case (loại vụ việc) does not have."""

    def __init__(self, kind: str, part: str) -> None:
        self.kind, self.part = kind, part
        super().__init__(f"a desk for {kind} cases has no {part}; leave it out, or open a desk for dossiers with it")
