import re
from pathlib import Path

import pytest

from dossier import guards
from dossier.errors import MalformedFile
from dossier.events import EVENT_CLASSES
from dossier.lifecycle import LIFECYCLE, OWN
from dossier.requirements import Requirements, requirements

MALFORMED = Path(__file__).parents[1] / "malformed"
SOURCES = Path(guards.__file__).parent


@pytest.mark.parametrize("command", LIFECYCLE.commands)
def test_everything_an_event_needs_has_its_sentence(command: str) -> None:
    fields = EVENT_CLASSES[LIFECYCLE.commands[command]].model_fields
    needed = {f"{command}.{name}" for name, field in fields.items() if field.is_required() and name not in OWN}
    assert needed <= set(requirements().codes)


def test_no_sentence_is_written_for_nobody() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    written = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', sources)) | {"state", "override.reason", "override.approver"}
    needed = {
        f"{command}.{name}" for command, kind in LIFECYCLE.commands.items() for name in EVENT_CLASSES[kind].model_fields
    }
    assert set(requirements().codes) <= written | needed


def test_every_sentence_can_be_filled_from_the_facts() -> None:
    facts = {"command": "pause", "field": "ground", "found": "x", "allowed": "y"}
    for code in requirements().codes:
        reason = requirements().reason(code, **facts)
        assert "{" not in reason.message_en + reason.message_vi
        assert reason.citation


def test_nothing_that_an_event_needs_can_be_overridden() -> None:
    for command, kind in LIFECYCLE.commands.items():
        for name, field in EVENT_CLASSES[kind].model_fields.items():
            if field.is_required() and name not in OWN:
                assert not requirements().reason(f"{command}.{name}").overridable


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("requirements-unknown-citation", "citation.plan-9: no citation has this name"),
        ("requirements-unused-citation", "citation.plan-8: no requirement uses this citation"),
        (
            "requirements-unknown-fact",
            r"requirement.pause.reason: the sentence mentions \{who\}; it may mention allowed",
        ),
        ("requirements-without-vietnamese", "requirement.pause.reason.vi: Field required"),
        ("requirements-blank-sentence", "requirement.pause.reason.en"),
        ("requirements-override-as-text", "requirement.pause.reason.override"),
        ("requirements-key-given-twice", "the file: Cannot overwrite a value"),
    ],
)
def test_a_malformed_file_is_refused_with_file_key_rule_and_example(name: str, fault: str) -> None:
    text = (MALFORMED / f"{name}.toml").read_text(encoding="utf-8")
    with pytest.raises(MalformedFile, match=f"{name}: {fault}.*; for example: "):
        Requirements.loads(text, name)
