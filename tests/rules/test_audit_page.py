import doctest
import re
from pathlib import Path

from rules.audit.plans import plan_attribute
from rules.audit.rates import rate

PAGE = Path(__file__).parents[2] / "docs" / "sampling.md"


def test_the_examples_of_the_page_print_what_the_page_says() -> None:
    ran = doctest.testfile(str(PAGE), module_relative=False)
    assert ran.attempted >= 10
    assert ran.failed == 0


def test_the_chances_of_passing_on_the_page_are_those_of_the_plans() -> None:
    rows = re.findall(r"^\| (\d+) \((\d)\) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 5
    for (size, allowed, chances), expected in zip(rows, ("0", "0.01", "0.015", "0.02", "0.0225"), strict=True):
        plan = plan_attribute(2000, rate("0.05"), rate(expected), rate("0.95"))
        assert (plan.sample_size, plan.acceptance_number) == (int(size), int(allowed))
        told = plan.operating_characteristic(map(rate, ("0.005", "0.01", "0.02", "0.03", "0.05"))).values()
        assert [f"{chance:.{len(text) - 2}f}" for chance, text in zip(told, chances.split(" | "), strict=True)] == (
            chances.split(" | ")
        )
