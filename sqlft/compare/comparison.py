"""The one comparison of two results, under a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

import numpy as np

from sqlft.compare.cell import key_of
from sqlft.compare.coding import Ints
from sqlft.compare.columns import find_columns
from sqlft.compare.grid import Grid, grids
from sqlft.compare.nearness import any_near
from sqlft.compare.query_text import asks_for_order, mentions_order_by, orders_rows
from sqlft.compare.result import Result
from sqlft.compare.rows import same_rows
from sqlft.compare.rules import Rule

Reason = Literal["extra_columns", "missing_columns", "wrong_order", "empty_result", "wrong_rows"]
"""Why a predicted result is not equal, in order of precedence; also an evaluation's outcomes.

``extra_columns``: every gold column is there, with the right rows in any order, among others;
``missing_columns``: every predicted column is one of the gold ones, in the same sense;
``wrong_order``: right but for the order of rows or, where that is fixed, of columns;
``empty_result``: no rows, where gold has some; ``wrong_rows``: anything else.
"""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a comparison says.

    ``reason``: None when equal, or when none was asked for.
    ``column_map``: for each gold column the place of its predicted column; None when not equal, or
    when two empty results of different widths are equal.
    """

    equal: bool
    reason: Reason | None
    column_map: tuple[int, ...] | None


def compare(
    gold: Result,
    predicted: Result,
    rule: Rule,
    *,
    gold_sql: str = "",
    ordered: bool | None = None,
    tie_keys: Sequence[tuple[object, ...]] | None = None,
    question: str = "",
    category: str = "",
    explain: bool = True,
) -> Comparison:
    """Whether two results say the same under a rule, and if not, why.

    Each rule reads only the context that it speaks of, so that one call's arguments serve all.

    Args:
        gold_sql: the gold query's text (``gold_text`` and, without ``ordered``, ``gold_query``).
        ordered: whether the gold query orders its rows, as its tree says (``gold_query``).
        tie_keys: the sort key of each gold row, where the rule forgives ties: neighbours with equal
            keys may change places. Without, each row has its place. A tie that a LIMIT cuts through
            cannot be seen here.
        question, category: as the dataset has them (``question``).
        explain: without, the reason is only told where forgiving a tie could change the answer;
            looking for it takes as long as comparing.

    Raises:
        ValueError: there is not one tie key for each gold row.

    >>> from sqlft.compare import SPIDER
    >>> gold = Result(("city", "n"), [("Oslo", 2), ("Porto", 1)])
    >>> compare(gold, Result(("a", "b"), [(1, "Porto"), (2, "Oslo")]), SPIDER).column_map
    (1, 0)
    """
    if tie_keys is not None and len(tie_keys) != len(gold.rows):
        raise ValueError("there must be one tie key for each gold row")
    width = len(gold.columns)
    if rule.empty_is_equal and not gold.rows and not predicted.rows:
        same_width = width == len(predicted.columns)
        return _equal(tuple(range(width)) if same_width else None)
    places = None
    if _order_counts(rule, gold_sql, ordered, question, category):
        places = _places(gold, tie_keys if rule.ties_forgiven else None)
    one, other = grids(gold, predicted, rule)
    columns = _column_map(one, other, replace(rule, relative_tolerance=0.0), places)
    if rule.relative_tolerance and columns is None:
        if any_near(one, other, rule.relative_tolerance):
            columns = _column_map(one, other, rule, places)
        else:
            rule = replace(rule, relative_tolerance=0.0)
    if columns is not None:
        return _equal(columns)
    reason = None
    if explain or (rule.ties_forgiven and places is not None):
        reason = _reason(one, other, rule, places is not None)
    return Comparison(equal=False, reason=reason, column_map=None)


def _equal(columns: tuple[int, ...] | None) -> Comparison:
    return Comparison(equal=True, reason=None, column_map=columns)


def _order_counts(
    rule: Rule, gold_sql: str, ordered: bool | None, question: str, category: str
) -> bool:
    match rule.row_order:
        case "never":
            return False
        case "gold_text":
            return mentions_order_by(gold_sql)
        case "gold_query":
            return orders_rows(gold_sql) if ordered is None else ordered
        case "question":
            return category == "order_by" or asks_for_order(question)


def _places(gold: Result, tie_keys: Sequence[tuple[object, ...]] | None) -> Ints:
    """The group of each gold row, rising: rows of one group may stand in any order."""
    if tie_keys is None:
        return np.arange(len(gold.rows))
    keys = (key_of(key, typed=True) for key in tie_keys)
    sizes = [len(list(run)) for _, run in groupby(keys)]
    return np.repeat(np.arange(len(sizes)), sizes)


def _column_map(
    gold: Grid, predicted: Grid, rule: Rule, places: Ints | None
) -> tuple[int, ...] | None:
    if rule.columns != "contained" and gold.n_columns != predicted.n_columns:
        return None
    if rule.columns == "fixed":
        agree = same_rows(gold, predicted, rule, places)
        return tuple(range(gold.n_columns)) if agree else None
    return find_columns(gold, predicted, rule, places)


def _reason(gold: Grid, predicted: Grid, rule: Rule, order_counts: bool) -> Reason:
    contained = replace(rule, columns="contained")
    extra = predicted.n_columns - gold.n_columns
    if extra < 0 and find_columns(predicted, gold, contained, None) is not None:
        return "missing_columns"
    searched = rule.columns == "contained" and not order_counts
    if extra >= 0 and not searched and find_columns(gold, predicted, contained, None) is not None:
        return "extra_columns" if extra and rule.columns != "contained" else "wrong_order"
    if not predicted.n_rows and gold.n_rows:
        return "empty_result"
    return "wrong_rows"
