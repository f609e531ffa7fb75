import pytest

from dossier.forms import Forms, render
from tests.dossier.paper import OFFICE, STORIES, filled, pages, sections, squeezed


def residue(printed: str, expected: list[str]) -> str:
    """What is printed besides the expected texts, which must stand in their order."""
    rest, place = "", 0
    for text in map(squeezed, expected):
        found = printed.find(text, place)
        assert found >= 0, f"{text!r} is not printed after {printed[:place][-60:]!r}; there is {printed[place:][:80]!r}"
        rest, place = rest + printed[place:found], found + len(text)
    return rest + printed[place:]


@pytest.mark.parametrize("story", STORIES)
def test_the_pdf_prints_every_text_of_its_story_and_no_other(story: str) -> None:
    rendered = render(filled(story), OFFICE)
    sides = STORIES[story]["sides"]
    printed = zip(pages(rendered.content), sides, strict=True)
    assert [residue(text, side) for text, side in printed] == [""] * len(sides)
    assert (rendered.sides, rendered.pages) == (len(sides), len(sides))


@pytest.mark.parametrize("story", STORIES)
def test_the_html_prints_every_text_of_its_story_and_no_other(story: str) -> None:
    rendered = render(filled(story), OFFICE, "html")
    sides = STORIES[story]["sides"]
    assert [residue(text, side) for text, side in zip(sections(rendered.content), sides, strict=True)] == [""] * len(
        sides
    )
    assert (rendered.sides, rendered.pages) == (len(sides), None)


def test_every_kind_and_every_wording_has_its_story() -> None:
    forms = Forms.shipped()
    told = {forms.on(story["kind"], story["on"]).template for story in STORIES.values()}
    assert told == {version.template for versions in forms.kinds.values() for version in versions}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_fills_every_field_of_its_form(story: str) -> None:
    told = STORIES[story]
    missing = Forms.shipped().on(told["kind"], told["on"]).fields.keys() - told["fields"].keys()
    assert missing == ({"recipients"} if story in {"stop-notice", "pause-notice"} else set())
