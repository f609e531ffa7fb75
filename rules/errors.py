"""Every way floor 2 says no."""

from __future__ import annotations


class RulesError(Exception):
    """The rules cannot be applied."""


class MalformedRules(RulesError, ValueError):  # noqa: N818  # named for what was found
    """A rule or quota file that breaks its format."""

    def __init__(self, file: str, key: str, rule: str) -> None:
        self.file, self.key, self.rule = file, key, rule
        super().__init__(f"{file}: {key}: {rule}")


class UnknownRule(RulesError, KeyError):  # noqa: N818  # named for what was found
    """A rule code that the rulebook does not have."""

    def __init__(self, code: str, known: list[str]) -> None:
        self.code, self.known = code, known
        super().__init__(code)

    def __str__(self) -> str:
        """The sentence, without the quotes a KeyError adds."""
        return f"no rule has the code {self.code!r}; the rulebook has {', '.join(self.known)}"
