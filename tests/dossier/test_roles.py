from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from dossier.errors import MalformedFile, UnknownCommand, UnknownRole
from dossier.lifecycle import LIFECYCLE, START, STATES
from dossier.roles import (
    RESERVED,
    UNCHECKED,
    Permissions,
    Role,
    Roster,
    is_auditor,
    may_read,
    permissions,
    refusal,
    roles_for,
)
from dossier.strict import shipped

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
ROLES = shipped("roles.toml")
OFFICERS = ("intake_officer", "case_officer", "signatory", "auditor")
ROSTER = Roster.of({role: [role] for role in OFFICERS})  # each officer is called as the role is


def refused(command: str, actor: str | None, state: str | None = None) -> str | None:
    found = refusal(command, actor, ROSTER, state=state)
    return found.code if found else None


# the table


@pytest.mark.parametrize("command", LIFECYCLE.commands)
def test_who_is_not_listed_for_a_command_may_not_do_it(command: str) -> None:
    allowed = {role for role in Role if refused(command, role) is None}
    assert allowed == set(permissions().allowed(command))
    assert allowed < set(Role)


@pytest.mark.parametrize("command", LIFECYCLE.commands)
@pytest.mark.parametrize("actor", ["auditor", "nobody", "Applicant", "SYSTEM", "case_officer2"])
def test_auditors_only_read_and_strangers_may_nothing(command: str, actor: str) -> None:
    assert [refused(command, actor, state) for state in (None, START, *STATES)] == ["role.denied"] * 14


@pytest.mark.parametrize("command", ["reject", "apologise", "complete", "close"])
def test_the_decisions_of_the_authority_are_its_signatory_s_alone(command: str) -> None:
    assert permissions().allowed(command, "processing") == (Role.SIGNATORY,)


def test_the_counter_turns_away_what_is_not_received_and_nothing_after() -> None:
    assert refused("reject", "intake_officer", "submitted") is None
    assert refused("reject", "intake_officer", "processing") == "role.denied"
    assert refused("reject", "intake_officer") == "role.denied"


@pytest.mark.parametrize("actor", [None, "", "  ", "\u200b"])
def test_without_an_actor_nothing_is_done(actor: str | None) -> None:
    found = refusal("receive", actor, ROSTER)
    assert found is not None
    assert (found.code, found.field, found.overridable) == ("role.missing", "actor", False)
    assert "receive" in found.message_en
    assert "intake_officer" in found.message_en
    assert "cán bộ Một cửa" in found.message_vi


def test_a_refusal_names_the_roles_found_and_allowed_in_both_languages_and_cannot_be_lifted() -> None:
    found = refusal("complete", "case_officer", ROSTER)
    assert found is not None
    assert (found.code, found.field, found.overridable) == ("role.denied", None, False)
    assert re.search("case_officer.*complete is for: signatory", found.message_en)
    assert re.search("người thụ lý.*người ký", found.message_vi)


def test_an_unknown_command_is_refused_as_everywhere() -> None:
    with pytest.raises(UnknownCommand):
        refusal("bribe", "signatory", ROSTER)


# who is who


@pytest.mark.parametrize(("code", "role"), RESERVED.items())
def test_a_reserved_code_has_its_role_and_no_other_whatever_the_policy_says(code: str, role: Role) -> None:
    assert roles_for(f" {code} ", lambda _actor: list(Role)) == {role}


def test_nobody_else_has_the_roles_of_the_applicant_and_the_system() -> None:
    assert roles_for("NV-01", lambda _actor: list(Role)) == set(Role) - {Role.APPLICANT, Role.SYSTEM}


def test_a_policy_may_give_the_names_of_roles_or_nothing() -> None:
    rights = {"NV-01": ["case_officer"]}
    assert refusal("pause", "NV-01", lambda actor: rights.get(actor or "", ())) is None
    assert roles_for("NV-02", rights.get) == frozenset()  # type: ignore[arg-type]  # a dictionary says None


@pytest.mark.parametrize("given", [["mayor"], "case_officer", [None]])
def test_a_policy_that_gives_no_roles_is_told_so(given: Collection[Role]) -> None:
    with pytest.raises(UnknownRole, match=r"the policy gives 'NV-01' the role .*; give a collection of auditor, "):
        refusal("pause", "NV-01", lambda _actor: given)


@pytest.mark.parametrize("command", LIFECYCLE.commands)
def test_unchecked_lets_everybody_do_everything_and_says_so_in_its_name(command: str) -> None:
    assert [refusal(command, actor, UNCHECKED) for actor in (None, "NV-01", "system")] == [None] * 3
    assert repr(UNCHECKED) == "UNCHECKED"


def test_unchecked_still_knows_the_commands() -> None:
    with pytest.raises(UnknownCommand):
        refusal("bribe", None, UNCHECKED)


def test_everybody_with_a_role_may_read_and_auditors_are_known() -> None:
    actors = [*OFFICERS, "applicant", "system", "nobody", None]
    assert [may_read(actor, ROSTER) for actor in actors] == [True] * 6 + [False] * 2
    assert [actor for actor in actors if is_auditor(actor, ROSTER)] == ["auditor"]
    assert may_read(None, UNCHECKED)
    assert not is_auditor("auditor", UNCHECKED)


# the roster

FILE = """
schema = 1
[[officer]]
code = "NV-01"
roles = ["case_officer"]
offices = ["Phòng Đất đai"]
to = 2026-06-30
[[officer]]
code = "NV-01"
roles = ["signatory", "case_officer"]
offices = ["Phòng Môi trường"]
from = 2026-07-01
[[officer]]
code = "NV-02"
roles = ["auditor"]
"""


@pytest.mark.parametrize(
    ("day", "roles", "office"),
    [
        (date(2026, 6, 30), {"case_officer"}, "Phòng Đất đai"),
        (date(2026, 7, 1), {"case_officer", "signatory"}, "Phòng Môi trường"),
    ],
)
def test_an_officer_has_the_roles_and_offices_of_the_day(day: date, roles: set[str], office: str) -> None:
    roster = Roster.loads(FILE, today=lambda: day)
    assert roster("NV-01") == roles
    assert roster.offices("NV-01") == {office}


def test_an_officer_without_offices_works_in_every_office_and_a_stranger_in_none(tmp_path: Path) -> None:
    (tmp_path / "roster.toml").write_text(FILE, encoding="utf-8")
    roster = Roster.load(tmp_path / "roster.toml")
    assert roster.offices("NV-02") is None
    assert roster.offices("NV-03") == roster("NV-03") == roster(None) == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('code = "NV-02"', 'code = "system"', r"officer\.2\.code: 'system' is reserved for no officer"),
        ('code = "NV-02"', 'code = "Applicant"', r"officer\.2\.code: 'Applicant' is reserved for no officer"),
        ('code = "NV-02"', 'code = " NV-02"', r"officer\.2\.code: the code is blank or begins or ends with a space"),
        ('code = "NV-02"', 'code = ""', r"officer\.2\.code: the code is blank"),
        ('code = "NV-02"', "code = 2", r"officer\.2\.code: Input should be a valid string"),
        ('["auditor"]', '["system"]', r"officer\.2\.roles: system is given to no officer; give auditor, case_officer"),
        ('["auditor"]', '["mayor"]', r"officer\.2\.roles\.0: "),
        ('["auditor"]', "[]", r"officer\.2\.roles: "),
        ('["auditor"]', '"auditor"', r"officer\.2\.roles: "),
        ("from = 2026-07-01", "from = 2026-07-01T00:00:00", r"officer\.1\.from: "),
        ("from = 2026-07-01", 'from = "2026-07-01"', r"officer\.1\.from: "),
        ("from = 2026-07-01", "from = 2026-07-01\nto = 2026-06-01", r"officer\.1: it ends on 2026-06-01, before"),
        ("from = 2026-07-01", "since = 2026-07-01", r"officer\.1\.since: Extra inputs"),
        ("schema = 1", "", "schema: Field required"),
    ],
)
def test_a_malformed_roster_is_refused_with_file_key_rule_and_example(old: str, new: str, fault: str) -> None:
    assert old in FILE
    with pytest.raises(MalformedFile, match=rf"own: {fault}.*; for example: \[\[officer\]\]"):
        Roster.loads(FILE.replace(old, new, 1), "own")


def test_a_roster_with_nobody_in_it_is_refused() -> None:
    with pytest.raises(MalformedFile, match="own: officer: "):
        Roster.loads("schema = 1\nofficer = []", "own")


@pytest.mark.parametrize("roles", [{"system": ["auditor"]}, {"NV-01": ["applicant"]}, {"NV-01": []}, {"NV-01": "x"}])
def test_a_mapping_is_held_to_the_same_rules(roles: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"reserved|given to no officer|at least 1 item|not a valid Role"):
        Roster.of(roles)


# the file and the page


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[command.rate]", "[command.bribe]", r"command\.rate is missing"),
        (
            "[command.rate]",
            '[command.bribe]\nallowed = ["system"]\nbecause = "x"\n[command.rate]',
            r"command\.bribe: the",
        ),
        ('allowed = ["case_officer"]', "allowed = []", r"own: command\.\w+\.allowed: "),
        ('allowed = ["case_officer"]', 'allowed = ["auditor"]', "an auditor only reads; leave auditor out"),
        ('before_receipt = ["intake_officer"]', 'before_receipt = ["auditor"]', "an auditor only reads"),
        ('allowed = ["case_officer"]', 'allowed = ["mayor"]', r"own: command\.\w+\.allowed\.0: "),
        ('because = "Who is rated', 'why = "Who is rated', r"own: command\.rate\.because: Field required"),
        ("auditor = {", "mayor = {", r"own: role\.mayor"),
        ('auditor = { vi = "người kiểm tra", en = "auditor" }', "", r"role\.auditor is missing"),
        ("[command.rate]", "[command.pay]", "own: the file: Cannot declare"),
    ],
)
def test_a_malformed_table_of_roles_is_refused_with_file_key_rule_and_example(old: str, new: str, fault: str) -> None:
    assert old in ROLES
    with pytest.raises(MalformedFile, match=f"{fault}.*; for example: "):
        Permissions.loads(ROLES.replace(old, new, 1), "own")


def test_the_page_has_the_table_as_the_file_has_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    table = permissions()

    def cell(command: str) -> str:
        rule = table.command[command]
        before = [f"`{role}` before receipt" for role in rule.before_receipt]
        return ", ".join([f"`{role}`" for role in rule.allowed] + before)

    commands = [(command, cell(command), table.command[command].because) for command in LIFECYCLE.commands]
    assert rows == [(role, label.vi, label.en) for role, label in table.role.items()] + commands
