"""Plans and conclusions from bare numbers: one request, or one a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

from rules.audit.bounds import UpperRate
from rules.audit.conclusions import conclude
from rules.audit.plans import Plan, plan_attribute
from rules.audit.rates import rate
from rules.audit.tails import Model
from rules.errors import RulesError, UnreadableRequest

Request = Mapping[str, Any]
PLAN_KEYS = ("population", "tolerable", "expected", "confidence", "model", "power")
EVALUATE_KEYS = ("population", "sample", "violations", "confidence", "model", "tolerable")
DEFAULTS = {"expected": "0", "confidence": "0.95", "model": "hypergeometric", "power": None, "tolerable": None}
PLACES = 15
"""Decimal places of a rate, at least."""

_LONGEST = 1000
_MOST = 12


def answer_plan(request: Request) -> dict[str, Any]:
    """The plan that a request asks for, with its chance of passing at the expected rate.

    Raises:
        RulesError: the request cannot be read, or has no plan.

    >>> answer_plan({"population": 2000, "tolerable": "0.05", "expected": "0.01"})["sample_size"]
    92
    """
    plan = plan_of(request)
    return {
        "sample_size": plan.sample_size,
        "acceptance_number": plan.acceptance_number,
        "probability_of_acceptance": plan.probability_of_acceptance(plan.expected),
    }


def plan_of(request: Request) -> Plan:
    """The plan that a request asks for; raises as `answer_plan`."""
    asked = _asked(request, PLAN_KEYS)
    power = asked["power"]
    return plan_attribute(
        _population(asked["population"]),
        _rate("tolerable", asked["tolerable"]),
        _rate("expected", asked["expected"]),
        _rate("confidence", asked["confidence"]),
        _model(asked["model"]),
        None if power is None else _rate("power", power),
    )


def answer_evaluate(request: Request) -> dict[str, Any]:
    """The conclusion that a request asks for; raises as `answer_plan`.

    >>> answer_evaluate({"population": 2000, "sample": 60, "violations": 0})["upper_rate"]
    {'fraction': '19/400', 'decimal': '0.047500000000000'}
    """
    asked = _asked(request, EVALUATE_KEYS)
    found = conclude(
        _population(asked["population"]),
        _count("sample", asked["sample"]),
        _count("violations", asked["violations"]),
        _rate("confidence", asked["confidence"]),
        _model(asked["model"]),
    )
    limit = asked["tolerable"]
    upper = found.upper
    answer: dict[str, Any] = {
        "estimate": float(found.estimate),
        "upper_rate": {
            "fraction": None if upper.fraction is None else _ratio(upper.fraction),
            "decimal": _decimal(upper),
        },
        "upper_count": upper.count,
    }
    return answer if limit is None else answer | {"meets": found.meets(_rate("tolerable", limit))}


def answer_lines(answer: Callable[[Request], dict[str, Any]], lines: Iterable[bytes]) -> Iterator[tuple[bool, str]]:
    """One answer a line, in order; a line that cannot be answered says why, and the others go on."""
    for line in lines:
        name, found = _answered(answer, line)
        yield "error" not in found, json.dumps({"id": name} | found, ensure_ascii=False)


def _answered(answer: Callable[[Request], dict[str, Any]], line: bytes) -> tuple[Any, dict[str, Any]]:
    name = None
    try:
        request = _read(line)
        name = request.get("id")
        return _plain(name), answer({key: value for key, value in request.items() if key != "id"})
    except RulesError as error:
        return _plain(name), {"error": str(error)}


def _plain(name: Any) -> Any:  # noqa: ANN401  # an id is whatever JSON holds
    return float(name) if isinstance(name, Decimal) else name if isinstance(name, str | int | None) else None


def _read(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError) as error:
        why = f"the line is no JSON object ({str(error)[:100]})"
        raise UnreadableRequest(why, 'write one a line, as {"id": 1, "population": 2000, …}') from error
    if not isinstance(request, dict):
        raise UnreadableRequest(f"the line is a {type(request).__name__}", 'write an object, as {"id": 1, …}')
    return request


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _asked(request: Request, keys: tuple[str, ...]) -> dict[str, Any]:
    unknown = [str(key)[:40] for key in request if key not in keys]
    if unknown:
        raise UnreadableRequest(f"nothing is called {', '.join(unknown[:3])}", f"the keys are {', '.join(keys)}")
    asked = {key: request.get(key, DEFAULTS.get(key)) for key in keys}
    missing = [key for key in keys if key not in DEFAULTS and asked[key] is None]
    missing += [key for key in ("tolerable",) if keys is PLAN_KEYS and asked[key] is None]
    if missing:
        raise UnreadableRequest(f"{', '.join(missing)} is missing", "give it")
    return asked


def _population(value: Any) -> int | None:  # noqa: ANN401  # any JSON value
    return None if value == "inf" else _count("population", value, "or 'inf' for binomial and poisson")


def _count(name: str, value: Any, also: str = "") -> int:  # noqa: ANN401  # any JSON value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MOST:
        return value
    shown = str(value)[:40] if not isinstance(value, int) or abs(value) < 10**40 else "a huge number"
    raise UnreadableRequest(f"{name} is {shown!r}", f"write a whole number of up to {_MOST} digits {also}".rstrip())


def _rate(name: str, value: Any) -> Fraction:  # noqa: ANN401  # any JSON value
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | Fraction):
        raise UnreadableRequest(f"{name} is {str(value)[:40]!r}", "write a rate as '0.05' or '1/30'")
    if len(str(value) if not isinstance(value, int) else "") > _LONGEST:
        raise UnreadableRequest(f"{name} is longer than {_LONGEST} characters", "write a rate as '0.05' or '1/30'")
    return rate(value)


def _model(value: Any) -> Model:  # noqa: ANN401  # any JSON value
    for model in get_args(Model):
        if value == model:
            found: Model = model
            return found
    raise UnreadableRequest(f"no model is called {str(value)[:40]!r}", f"the models are {', '.join(get_args(Model))}")


def _ratio(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"


def _decimal(upper: UpperRate) -> str:
    text = f"{upper.decimal:f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(PLACES, '0')}"
