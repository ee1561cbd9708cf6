"""What the checker can find, and one finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that can be wrong with examples."""

    name: str
    severity: Severity
    """How bad it is at worst; a finding may say that it is less so."""
    meaning: str


_RULES = (
    Rule(name="database", severity="error", meaning="the database cannot be opened"),
    Rule(name="gold-parse", severity="error", meaning="a gold query cannot be read"),
    Rule(name="gold-forbidden", severity="error", meaning="a gold query is not a plain read"),
    Rule(name="gold-fails", severity="error", meaning="a gold query fails when it is run"),
    Rule(name="gold-empty", severity="warning", meaning="a gold query gives no row, NULL or 0"),
    Rule(name="gold-clock", severity="error", meaning="a gold query reads the clock"),
    Rule(name="gold-random", severity="error", meaning="a gold query draws at random"),
    Rule(name="gold-limit", severity="error", meaning="LIMIT keeps rows by chance"),
    Rule(
        name="gold-row-order",
        severity="error",
        meaning="a gold query's rows depend on the order in which the database stores its rows",
    ),
    Rule(name="golds-disagree", severity="error", meaning="golds of one example disagree"),
    Rule(name="question-repeated", severity="error", meaning="a question is asked twice"),
    Rule(
        name="gold-literal",
        severity="error",
        meaning="a gold query names a stored value that nothing in the example or the notes tells",
    ),
    Rule(name="prompt-length", severity="error", meaning="the prompt is longer than the context"),
    Rule(name="leak-question", severity="error", meaning="a question stands in another set, too"),
    Rule(name="leak-near", severity="warning", meaning="a question is nearly one of another set"),
    Rule(name="leak-skeleton", severity="warning", meaning="sets share the shapes of queries"),
    Rule(name="leak-database", severity="warning", meaning="sets share databases"),
    Rule(name="demo-question", severity="error", meaning="a question or query of the demo"),
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _RULES})
"""All rules, by name."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with one example, or (``id`` is none) with a set of examples."""

    dataset: str
    id: str | None
    rule: str
    severity: Severity
    message: str


def finding(
    dataset: str, id: str | None, rule: str, message: str, *, severity: Severity | None = None
) -> Finding:
    """A finding of a rule, as severe as the rule is unless it is said otherwise.

    >>> finding("shop", "shop-1", "gold-clock", "now() is the time of asking").severity
    'error'
    """
    return Finding(
        dataset=dataset,
        id=id,
        rule=rule,
        severity=severity or RULES[rule].severity,
        message=message,
    )
