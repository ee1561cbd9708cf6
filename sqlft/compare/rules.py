"""The comparison rules: four presets of one comparator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When two results say the same. A preset may be varied with ``dataclasses.replace``.

    Attributes:
        row_order: when the order of rows counts: never; when the gold text contains
            ``order by``; when the gold query itself orders; or when the question asks for it.
        ties_forgiven: rows with equal sort keys may change places where order counts.
        duplicates: counted, or dropped on both sides.
        columns: at the same places; in any one permutation; or the gold columns among others.
        values: ``python`` as ``==`` has it (True == 1 == 1.0, a date is no timestamp), ``typed``
            as a typed database has it (see ``sqlft.compare.cell``).
        relative_tolerance: two numbers are equal when they differ by at most this share of the
            larger one; 0 is none. Never between two integers; under ``typed``, never between two
            exact numbers.
        empty_is_equal: two results without rows are equal whatever their columns.
        removes_distinct: the caller applies ``without_distinct`` to both queries before it runs
            them.
    """

    name: str
    row_order: Literal["never", "gold_text", "gold_query", "question"]
    ties_forgiven: bool
    duplicates: Literal["counted", "dropped"]
    columns: Literal["fixed", "permuted", "contained"]
    values: Literal["python", "typed"]
    relative_tolerance: float
    empty_is_equal: bool
    removes_distinct: bool


SPIDER = Rule(
    name="spider",
    row_order="gold_text",
    ties_forgiven=False,
    duplicates="counted",
    columns="permuted",
    values="python",
    relative_tolerance=0.0,
    empty_is_equal=True,
    removes_distinct=True,
)
"""The test-suite rule of Spider: Zhong, Yu, Klein 2020, "Semantic Evaluation for Text-to-SQL with
Distilled Test Suites". Several database files a question, all of which must agree, are the
caller's loop."""

BIRD = Rule(
    name="bird",
    row_order="never",
    ties_forgiven=False,
    duplicates="dropped",
    columns="fixed",
    values="python",
    relative_tolerance=0.0,
    empty_is_equal=True,
    removes_distinct=False,
)
"""Execution accuracy of BIRD: Li et al. 2023, "Can LLM Already Serve as a Database Interface?":
the two sets of row tuples are equal."""

SQL_EVAL = Rule(
    name="sql-eval",
    row_order="question",
    ties_forgiven=True,
    duplicates="dropped",
    columns="contained",
    values="python",
    relative_tolerance=1e-5,
    empty_is_equal=False,
    removes_distinct=False,
)
"""The rule of Defog's sql-eval: the gold columns are found by content. Several golds, any of which
may match, are the caller's loop."""

STRICT = Rule(
    name="strict",
    row_order="gold_query",
    ties_forgiven=True,
    duplicates="counted",
    columns="fixed",
    values="typed",
    relative_tolerance=1e-9,
    empty_is_equal=False,
    removes_distinct=False,
)
"""The rule for one's own data: what was asked for, all of it and nothing else."""

RULES: Mapping[str, Rule] = MappingProxyType({r.name: r for r in (SPIDER, BIRD, SQL_EVAL, STRICT)})
"""The presets by name, in the order in which reports show them."""


def rule(name: str) -> Rule:
    """The preset of this name.

    Raises:
        InputError: there is none.

    >>> rule("bird").duplicates
    'dropped'
    """
    if name not in RULES:
        raise InputError(f"no such rule: {name}", hint=f"one of {', '.join(RULES)}")
    return RULES[name]
