"""A linter for examples: golds that fail, disagree or depend on chance, and sets that leak."""

from __future__ import annotations

from sqlft.data.check.finding import RULES, Finding, Rule, Severity
from sqlft.data.check.run import Report, check_datasets

__all__ = [
    "RULES",
    "Finding",
    "Report",
    "Rule",
    "Severity",
    "check_datasets",
]
