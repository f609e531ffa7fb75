import base64
import hashlib
import os
import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dossier.events import KINDS
from rules.display import KIND_LABELS
from rules.report import MOST_PER_RULE, MOST_STEPS, Page, StepRow, groups, headline, render, steps, write_report
from tests.rules.sample_page import DECREE, empty_page, history, rule_row, sample_page

VOID = {"meta", "input", "br", "rect", "line"}
HOSTILE = (
    "\"'><script>alert(1)</script><img src=//evil.example/x onerror=alert(2)>\u202e\u2066\x00\ud800\n{{ 7*7 }}"
    + "x" * 9000
)


class Reader(HTMLParser):
    """Keep the tags, attributes and texts of a page or a part of one; `faults` are tags closed out of turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def inside(self, tag: str) -> str:
        return "".join(text for path, text in self.texts if path[-1:] == (tag,))

    def all_text(self) -> str:
        pieces = " ".join(text for path, text in self.texts if path[-1:] not in {("style",), ("script",)})
        return " ".join(pieces.split()).replace("( ", "(").replace(" )", ")")


def only(page: str, language: str) -> str:
    """The text a reader of one language sees."""
    other = {"vi": "en", "en": "vi"}[language]
    cut = re.sub(rf'<(span|p) lang="{other}">.*?</\1>', "", page, flags=re.DOTALL)
    cut = re.sub(rf'<div lang="{other}">.*?</svg></div>', "", cut, flags=re.DOTALL)
    return Reader(cut).all_text()


@pytest.fixture(scope="module")
def html() -> str:
    return render(sample_page())


@pytest.fixture(scope="module")
def reader(html: str) -> Reader:
    return Reader(html)


def hostile_page() -> Page:
    page = sample_page()
    page["title"] = page["generated_from"] = page["calendar"] = page["as_of"] = HOSTILE
    hostile = {"title_vi": HOSTILE, "citation": HOSTILE, "todo_vi": HOSTILE, "todo_en": HOSTILE}
    page["rules"] = [{**rule, **hostile} for rule in page["rules"]]
    step = StepRow(at=HOSTILE, kind=HOSTILE, actor=HOSTILE, office=HOSTILE, detail=HOSTILE)
    finding = {**page["findings"][0], "dossier": HOSTILE, "at": HOSTILE, "found": HOSTILE, "allowed": HOSTILE,
               "citation": HOSTILE, "message_vi": HOSTILE, "message_en": HOSTILE}  # fmt: skip
    page["findings"], page["histories"] = [finding], {HOSTILE: [step]}
    page["offices"] = [{**row, "office": HOSTILE} for row in page["offices"]]
    page["unreadable"] = [{"dossier": HOSTILE, "row": 1, "column": HOSTILE, "value": HOSTILE, "reason": HOSTILE}]
    page["warnings"] = [HOSTILE]
    return page


class TestOneFile:
    def test_every_tag_is_closed(self, reader: Reader) -> None:
        assert (reader.open, reader.faults) == ([], [])

    def test_nothing_is_asked_from_outside(self, reader: Reader, html: str) -> None:
        assert not {tag for tag, _ in reader.tags} & {
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
            "video",
        }
        assert not [
            value for _, attrs in reader.tags for name, value in attrs.items() if name in {"src", "srcset", "action"}
        ]
        assert all(str(attrs["href"]).startswith("#") for attrs in reader.named("a"))
        assert not re.search(r"https?:|url\(|@import|fetch\(|XMLHttp", html)

    def test_the_policy_allows_exactly_this_style_and_this_script(self, reader: Reader) -> None:
        policy = next(str(meta["content"]) for meta in reader.named("meta") if "http-equiv" in meta)
        for tag in ("style", "script"):
            digest = base64.b64encode(hashlib.sha256(reader.inside(tag).encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none'")
        assert not [
            attrs for _, attrs in reader.tags if "style" in attrs or any(name.startswith("on") for name in attrs)
        ]

    def test_each_link_inside_the_page_has_one_target(self, reader: Reader) -> None:
        ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert {str(attrs["href"])[1:] for attrs in reader.named("a")} <= set(ids)

    def test_the_same_page_renders_to_the_same_bytes(self, html: str) -> None:
        assert render(sample_page()) == html


class TestTwoLanguages:
    def test_each_vietnamese_text_stands_beside_its_english_one(self, html: str) -> None:
        body = html[html.index("<main>") :]
        pairs = re.findall(r'<span lang="vi">[^<]*</span><span lang="en">[^<]*</span>', body)
        assert len(pairs) == body.count('<span lang="vi">') == body.count('<span lang="en">') > 100

    def test_vietnamese_is_the_language_that_is_chosen_first(self, reader: Reader) -> None:
        chosen = [radio["value"] for radio in reader.named("input") if "checked" in radio]
        assert chosen == ["vi"]
        assert reader.named("html") == [{"lang": "vi"}]

    def test_numbers_follow_the_language(self, html: str) -> None:
        assert "187 / 2.012" in only(html, "vi")
        assert "9,3%" in only(html, "vi")
        assert "187 / 2,012" in only(html, "en")
        assert "9.3%" in only(html, "en")

    def test_in_vietnamese_the_report_itself_never_concludes_that_a_rule_was_broken(self, html: str) -> None:
        text = only(html, "vi")
        assert "có dấu hiệu chưa đúng quy định" in text
        for allowed in ("chỉ cơ quan có thẩm quyền kết luận vi phạm", "không bao giờ được tính là vi phạm"):
            assert allowed in text
            text = text.replace(allowed, "")
        assert "vi phạm" not in text.lower()

    def test_every_kind_of_event_has_a_name_in_both_languages(self) -> None:
        assert set(KIND_LABELS) == set(KINDS)
        assert all(vi and en and vi != en for vi, en in KIND_LABELS.values())

    def test_dates_are_written_day_first(self, html: str) -> None:
        assert "30/09/2024 17:00" in only(html, "vi")
        assert not re.search(r"\d{4}-\d{2}-\d{2}T", only(html, "vi").replace("2024-07-12T09:10+07:00", ""))


class TestHostileText:
    def test_it_stays_text(self) -> None:
        page = render(hostile_page())
        reader = Reader(page)
        assert len(reader.named("script")) == 1
        assert reader.named("img") == []
        assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
        assert "alert(1)" in reader.all_text()
        assert "{{ 7*7 }}" in reader.all_text()

    def test_it_can_neither_hide_nor_reorder_what_stands_around_it(self) -> None:
        page = render(hostile_page())
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\ud800]", page)
        assert "⟨U+202E⟩" in page
        page.encode("utf-8")

    def test_very_long_text_is_cut_and_says_how_long_it_was(self) -> None:
        page = render(hostile_page())
        assert "x" * 1000 not in page
        assert f"… ({len(HOSTILE)})" in page


class TestFigures:
    def test_the_headline_is_made_of_the_counts(self) -> None:
        figures = headline(sample_page())
        assert figures.flagged.fraction("vi") == "187 / 2.012"
        assert (figures.late.fraction("vi"), figures.late.percent("vi")) == ("96 / 1.640", "5,9%")
        assert (figures.open_late.fraction("en"), figures.open_late.percent("en")) == ("11 / 230", "4.8%")
        assert figures.preventable.fraction("en") == "44 / 244"
        assert [rule["code"] for rule in figures.blind] == ["R20"]
        assert figures.worst is not None
        assert figures.worst["code"] == "R13"

    def test_a_dossier_with_two_findings_is_flagged_once_and_a_signal_flags_nothing(self) -> None:
        page = sample_page()
        del page["flagged"]
        page["rules"] = [rule_row(("R04", "high", "a", "a", DECREE, "read", True, 2, 5, 0)),
                         rule_row(("R05", "high", "b", "b", DECREE, "read", True, 1, 6, 0))]  # fmt: skip
        first = page["findings"][0]
        flags = [("R04", "A"), ("R04", "B"), ("R05", "A")]
        page["findings"] = [{**first, "rule": rule, "dossier": dossier} for rule, dossier in flags]
        assert headline(page).flagged.part == 2

    def test_flagged_dossiers_are_not_guessed_from_a_shortened_list(self) -> None:
        page = sample_page()
        del page["flagged"]
        page["findings"] = page["findings"][:10]
        assert headline(page).flagged.percent("vi") == "N/A"

    def test_rules_with_findings_come_first_the_severe_and_frequent_at_the_top(self, html: str) -> None:
        body = html[html.index('id="rules"') : html.index('id="lateness"')]
        codes = re.findall(r'<span class="code">(?:<a href="#rule-\w+">)?(R\d\d)', body)
        assert codes[:4] == ["R13", "R15", "R01", "R10"]
        assert codes[-4:] == ["R07", "R12", "R19", "R20"]
        assert len(codes) == 20

    def test_nothing_out_of_nothing_is_not_available(self) -> None:
        text = Reader(render(empty_page())).all_text()
        assert "0 / 0" not in text
        assert "N/A" in text
        assert "không có hồ sơ nào đọc được" in text
        assert "No finding" in text

    def test_a_rule_on_an_unread_text_says_so_in_its_row(self, html: str) -> None:
        row = html[html.index('<a href="#rule-R15">') :].split("</tr>", maxsplit=1)[0]
        other = html[html.index('<a href="#rule-R10">') :].split("</tr>", maxsplit=1)[0]
        assert "căn cứ chưa đối chiếu nguyên văn" in row
        assert "căn cứ chưa đối chiếu nguyên văn" not in other


class TestFindings:
    def test_five_lines_show_at_once_and_fifty_at_most_are_printed(self, html: str) -> None:
        block = html[html.index('id="rule-R13"') : html.index('id="rule-R15"')]
        shown, folded = block.split('<details class="more">')
        assert shown.count('<details class="case">') == 5
        assert folded.count('<details class="case">') == 45
        assert "và 46 hồ sơ nữa" in only(block, "vi")
        assert "and 46 more dossiers" in only(block, "en")

    def test_a_million_findings_need_not_be_listed_to_be_counted(self) -> None:
        page = sample_page()
        page["rules"] = [
            rule_row(("R13", "high", "Trễ", "Late", DECREE, "read", False, 1_000_000, 0, 0), total=1_000_000)
        ]
        page["findings"] = [f for f in page["findings"] if f["rule"] == "R13"][:MOST_PER_RULE]
        page["signals"] = []
        (group,) = groups(page, "rule")
        assert group.more == 999_950
        assert "999.950" in only(render(page), "vi")

    def test_a_finding_shows_found_allowed_citation_sentence_and_steps(self, html: str) -> None:
        case = html[html.index('id="rule-R04"') :].split("</details>", maxsplit=1)[0]
        vi, en = only(case, "vi"), only(case, "en")
        assert "Thấy 2 Cho phép 1 Căn cứ Kế hoạch kiểm soát TTHC năm 2024, mục III.6; Nghị định 63/2010" in vi
        assert "có dấu hiệu chưa đúng quy định: yêu cầu bổ sung quá một lần." in vi
        assert "shows a sign of breaking a rule: more than one supplement request." in en
        assert case.count("<li") == 8
        assert case.count('<li class="mark">') == 1

    def test_seconds_appear_where_minutes_would_show_the_late_and_the_allowed_moment_alike(self) -> None:
        page = sample_page()
        late = "2024-08-14T17:00:31+07:00"
        page["findings"] = [{**page["findings"][0], "found": late, "allowed": "2024-08-14T17:00:00+07:00"}]
        assert "thấy: 14/08/2024 17:00:31 · cho phép: 14/08/2024 17:00:00" in only(render(page), "vi")

    def test_a_finding_of_a_rule_that_is_not_listed_is_refused(self) -> None:
        page = sample_page()
        page["findings"] = [{**page["findings"][0], "rule": "R99"}]
        with pytest.raises(ValueError, match=r"the rule 'R99' found in dossier .* is not among the rules of the page"):
            render(page)

    def test_signals_stand_apart_from_findings(self, html: str) -> None:
        part = html[html.index('id="signals"') : html.index('id="data"')]
        assert re.findall(r'<section class="group (\w+)" id="rule-(\w+)"', part) == [
            ("signal", "S01"),
            ("signal", "S02"),
        ]
        assert "never a violation" in only(part, "en")
        assert 'id="rule-S01"' not in html[: html.index('id="signals"')]

    def test_a_dossier_without_history_says_so(self) -> None:
        page = sample_page()
        page["histories"] = {}
        assert "Báo cáo không kèm diễn biến" in only(render(page), "vi")

    def test_unreadable_cells_and_warnings_are_listed_at_most_fifty_of_each(self) -> None:
        page = sample_page()
        page["unreadable"] = [{**page["unreadable"][0], "row": row} for row in range(1, 4001)]
        page["warnings"] = [f"warning {i}" for i in range(60)]
        text = only(render(page), "vi")
        assert "Ô không đọc được (4.000)" in text
        assert "và 3.950 mục nữa" in text
        assert "và 10 mục nữa" in text


class TestSteps:
    rows = history(datetime.fromisoformat("2024-07-01T00:00+07:00"))

    def marks(self, at: str | None, rows: list[StepRow]) -> list[str]:
        return [step.row["kind"] if step.row else "moment" for step in steps(rows, at) if step.marked]

    def test_the_offending_event_is_marked_whatever_offset_it_is_written_in(self) -> None:
        assert self.marks("2024-07-31T09:24:00+00:00", self.rows) == ["completed"]

    def test_a_moment_between_events_gets_a_line_of_its_own_in_order(self) -> None:
        lines = steps(self.rows, "2024-07-20T00:00:00+07:00")
        assert [line.row["kind"] if line.row else "moment" for line in lines][5:8] == ["resumed", "moment", "completed"]

    def test_a_moment_before_or_after_everything_stands_at_that_end(self) -> None:
        assert steps(self.rows, "2020-01-01T00:00:00+07:00")[0].row is None
        assert steps(self.rows, "2030-01-01T00:00:00+07:00")[-1].row is None

    def test_without_a_moment_nothing_is_marked(self) -> None:
        assert self.marks(None, self.rows) == []

    def test_of_a_very_long_history_the_steps_around_the_moment_are_printed(self) -> None:
        page = sample_page()
        finding = page["findings"][0]
        rows = [
            StepRow(at=f"2024-07-01T{i // 60:02}:{i % 60:02}:00+07:00", kind="rated", detail="") for i in range(1000)
        ]
        page["histories"] = {finding["dossier"]: rows}
        page["findings"] = [{**finding, "at": rows[500]["at"]}]
        case = next(group.cases[0] for group in groups(page, "rule") if group.cases)
        assert (len(case.steps), case.before, case.after) == (MOST_STEPS, 480, 480)
        assert any(step.marked for step in case.steps)
        assert "bỏ qua 480 bước trước đó" in only(render(page), "vi")


class TestWriting:
    def test_the_report_is_written_whole(self, tmp_path: Path, html: str) -> None:
        target = write_report(sample_page(), tmp_path / "báo cáo.html")
        assert target.read_text(encoding="utf-8") == html
        assert os.listdir(tmp_path) == ["báo cáo.html"]  # noqa: PTH208  # names only

    def test_a_page_that_cannot_be_rendered_leaves_the_earlier_report(self, tmp_path: Path) -> None:
        target = tmp_path / "out.html"
        target.write_text("earlier", encoding="utf-8")
        with pytest.raises(ValueError, match="week 'soon'"):
            write_report({**sample_page(), "weeks": [{"week": "soon", "decided": 1, "late": 0}]}, target)
        assert [path.name for path in tmp_path.iterdir()] == ["out.html"]
        assert target.read_text(encoding="utf-8") == "earlier"

    def test_a_failure_while_writing_leaves_no_half_page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(Path, "replace", refuse)
        with pytest.raises(OSError, match="disk full"):
            write_report(empty_page(), tmp_path / "out.html")
        assert list(tmp_path.iterdir()) == []

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist: create it"):
            write_report(empty_page(), tmp_path / "nowhere" / "out.html")

    def test_a_link_is_followed_and_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real.html").write_text("earlier", encoding="utf-8")
        (tmp_path / "latest.html").symlink_to(tmp_path / "real.html")
        write_report(empty_page(), tmp_path / "latest.html")
        assert (tmp_path / "latest.html").is_symlink()
        assert (tmp_path / "real.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
