"""Every reader on its seeds, on spoilt ones and on any text: each input ends in a result or in a clear error."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.errors import CalendarError
from dossier.errors import DossierError
from fuzz import __main__ as command
from fuzz.child import unwatched
from fuzz.mutating import mutations
from fuzz.targets import TARGETS, NoClearError, Target
from rules.errors import RulesError

ROOT = Path(__file__).parents[1]
SPOILT = 200
HERE = [name for name, target in TARGETS.items() if not target.aborts]
APART = [name for name, target in TARGETS.items() if target.aborts]
OF_BYTES = {"xlsx", "pdf", "trust", *APART}
"""Readers that turn away every text at its first byte."""


def inputs(name: str) -> list[bytes]:
    """The seeds of a target, and spoilt ones, always the same."""
    seeds = TARGETS[name].seeds()
    return [*seeds, *itertools.islice(mutations(seeds), SPOILT)]


@pytest.mark.parametrize("name", HERE)
def test_a_reader_gives_a_result_or_a_clear_error_whatever_the_bytes(name: str, tmp_path: Path) -> None:
    found = inputs(name)
    assert len(found) > SPOILT
    assert unwatched(TARGETS[name], tmp_path, found) == len(found)


@pytest.mark.parametrize("name", APART)
def test_a_reader_over_native_code_survives_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from fuzz.child import unwatched; from fuzz.targets import TARGETS;"
        "from tests.test_fuzz import inputs; name = sys.argv[1];"
        "print(unwatched(TARGETS[name], Path(sys.argv[2]), inputs(name)))"
    )
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", script, name, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(inputs(name))


@pytest.mark.parametrize("name", [name for name in HERE if name not in OF_BYTES])
def test_a_reader_gives_a_result_or_a_clear_error_whatever_the_text(name: str, tmp_path: Path) -> None:
    survive = TARGETS[name].open(tmp_path)

    @settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text())
    def read(text: str) -> None:
        survive(text.encode())

    read()


TOML = ["mapping", "procedures", "house", "rulebook", "waivers", "office", "calendar"]
FOUND = [
    *((name, b"a = " + b"[" * 5000) for name in TOML),
    *((name, b"format = " + b"9" * 5000) for name in TOML),
    *((name, b"\xe1(") for name in TOML),
    ("xlsx-sheet", b'<?xml version="1.0" encoding="U0TF-8"?><worksheet/>'),
    ("worksheet-sheet", b'<?xml version="1.0" encoding="U0TF-8"?><worksheet/>'),
]
"""What once ended in another error than ours, or would without care."""


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_once_crashed_is_refused_with_a_sentence(name: str, data: bytes, tmp_path: Path) -> None:
    with pytest.raises((CalendarError, DossierError, RulesError), match=r"\w+ \w+"):
        TARGETS[name].make(tmp_path)(data)


@pytest.mark.parametrize("name", TARGETS)
def test_mutation_starts_from_something_that_can_be_read(name: str, tmp_path: Path) -> None:
    read = TARGETS[name].make(tmp_path)
    read(TARGETS[name].seeds()[0])


def test_the_same_number_gives_the_same_mutations() -> None:
    seeds = [b"abc" * 20, b"xyz"]
    first, again, other = (list(itertools.islice(mutations(seeds, number), 50)) for number in (1, 1, 2))
    assert first == again != other
    assert len(set(first)) > 25


def _fails(data: bytes) -> None:
    if b"!" in data:
        raise KeyError(data)


def _says_nothing(_: bytes) -> None:
    raise OSError


def test_what_is_no_clear_error_is_a_crash_and_its_input_is_left(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        unwatched(Target(lambda _: _fails, list), tmp_path, [b"a", b"b!", b"c"])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"b!"]


def test_an_error_without_a_sentence_is_a_crash(tmp_path: Path) -> None:
    with pytest.raises(NoClearError):
        Target(lambda _: _says_nothing, list).open(tmp_path)(b"")


def test_a_crashing_input_is_kept_and_the_exit_code_is_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text('#!/bin/sh\nprintf bad > "$4/crash-1"\nexit 77\n', encoding="utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    monkeypatch.setattr(command, "CRASHES", tmp_path / "crashes")
    assert command.main(["--minutes", "0", "--only", "term"]) == 1
    kept = list((tmp_path / "crashes").iterdir())
    # sha256 of "bad", as sha256sum prints it
    assert [path.name for path in kept] == ["term-2f05d4b689d270ca.bin"]
    assert kept[0].read_bytes() == b"bad"
    assert "term: CRASH (exit code 77)" in capsys.readouterr().out


def test_every_target_is_documented() -> None:
    text = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")
    table = [
        cell for line in text.splitlines() if line.startswith("| `") for cell in line.split("|")[1].split("`")[1::2]
    ]
    assert sorted(table) == sorted(TARGETS)
