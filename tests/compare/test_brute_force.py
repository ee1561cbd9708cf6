"""The comparator agrees with the definition of its rules, tried in every possible way."""

import datetime as dt
import math
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from sqlft.compare import RULES, Result, Rule, compare

# Few values, so that equal columns, equal rows and ties are common.
LETTERS = st.sampled_from([0, 1, 2])
# Values that are near each other in chains: steps of 0.7 tolerances, so that neighbours are near
# and the next but one are not.
CHAIN = st.sampled_from([1.0, 1 + 0.7e-5, 1 + 1.4e-5, 1 + 2.1e-5, 1, 2.0])
NUMBERS = [0, 0.0, True, 1, 1.0, Decimal("1.0"), Decimal("0.1"), 0.1, math.inf, math.nan, -1]
OTHERS = [None, "1", b"1", "a", [1], {"a": 1.0}, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)]
MIXED = st.sampled_from([*NUMBERS, *OTHERS])


def cells_equal(a: object, b: object, rule: Rule) -> bool:
    """The definition, cell by cell, for the values above."""
    typed = rule.values == "typed"
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    if typed and isinstance(a, bool) != isinstance(b, bool):
        return False
    if typed and {type(a), type(b)} == {dt.date, dt.datetime}:
        return str(a)[:10] == str(b)[:10]
    if a == b:
        return True
    numbers = isinstance(a, int | float | Decimal) and isinstance(b, int | float | Decimal)
    exact = (int, Decimal) if typed else int
    # Without a tolerance nothing is rounded to a float: Decimal("0.1") is not 0.1.
    if (
        not rule.relative_tolerance
        or not numbers
        or (isinstance(a, exact) and isinstance(b, exact))
    ):
        return False
    return math.isclose(float(a), float(b), rel_tol=rule.relative_tolerance, abs_tol=0.0)


def rows_equal(a: tuple, b: tuple, rule: Rule) -> bool:
    return all(cells_equal(x, y, rule) for x, y in zip(a, b, strict=True))


def first_of_each(rows: list[tuple], rule: Rule) -> list[int]:
    exact = replace(rule, relative_tolerance=0.0)
    kept: list[int] = []
    for at, row in enumerate(rows):
        if not any(rows_equal(row, rows[other], exact) for other in kept):
            kept.append(at)
    return kept


def pair_rest(
    gold: list[tuple], gold_places: list[int], rest: list[tuple], places: list[int], rule: Rule
) -> bool:
    if not gold:
        return True
    return any(
        gold_places[0] == places[at]
        and rows_equal(gold[0], row, rule)
        and pair_rest(
            gold[1:],
            gold_places[1:],
            rest[:at] + rest[at + 1 :],
            places[:at] + places[at + 1 :],
            rule,
        )
        for at, row in enumerate(rest)
    )


def rows_agree(gold: list[tuple], predicted: list[tuple], rule: Rule, groups: list | None) -> bool:
    if rule.duplicates == "dropped":
        if groups is None:
            return all(any(rows_equal(g, p, rule) for p in predicted) for g in gold) and all(
                any(rows_equal(g, p, rule) for g in gold) for p in predicted
            )
        kept = first_of_each(gold, rule)
        gold, groups = [gold[at] for at in kept], [groups[at] for at in kept]
        predicted = [predicted[at] for at in first_of_each(predicted, rule)]
    if len(gold) != len(predicted):
        return False
    places = groups or [0] * len(gold)
    return pair_rest(gold, places, predicted, places, rule)


def by_definition(gold: Result, predicted: Result, rule: Rule, groups: list | None) -> bool:
    n, m = len(gold.columns), len(predicted.columns)
    if rule.empty_is_equal and not gold.rows and not predicted.rows:
        return True
    if n > m or (n != m and rule.columns != "contained"):
        return False
    maps = [tuple(range(n))] if rule.columns == "fixed" else permutations(range(m), n)
    return any(
        rows_agree(
            list(gold.rows),
            [tuple(row[at] for at in columns) for row in predicted.rows],
            rule,
            groups,
        )
        for columns in maps
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Result, Result, list[int]]:
    """Two results that are often, but not always, the same in some sense; and gold's tie keys."""
    values = draw(st.sampled_from([LETTERS, LETTERS, CHAIN, MIXED]))
    n = draw(st.integers(1, 5 if values is LETTERS else 3))
    row = st.tuples(*[values] * n)
    gold = draw(st.lists(row, max_size=5))
    predicted = list(gold)
    if draw(st.booleans()):
        predicted = draw(st.permutations(predicted))
    if predicted and draw(st.booleans()):
        predicted = [*predicted, draw(st.sampled_from(predicted))]
    if predicted and draw(st.booleans()):
        at, column = draw(st.integers(0, len(predicted) - 1)), draw(st.integers(0, n - 1))
        changed = list(predicted[at])
        changed[column] = draw(values)
        predicted[at] = tuple(changed)
    extra = draw(st.integers(0, 2))
    predicted = [(*r, *draw(st.tuples(*[values] * extra))) for r in predicted]
    columns = draw(st.permutations(range(n + extra)))
    columns = columns[: draw(st.sampled_from([n, n + extra, n + extra]))]
    predicted = [tuple(r[at] for at in columns) for r in predicted]
    keys = sorted(draw(st.lists(st.integers(0, 2), min_size=len(gold), max_size=len(gold))))
    names = tuple("abcdefgh")
    return Result(names[:n], gold), Result(names[: len(columns)], predicted), keys


@settings(max_examples=500, deadline=None)
@given(pairs(), st.sampled_from(sorted(RULES)), st.sampled_from([None, 1e-5]), st.booleans())
def test_the_verdict_is_that_of_trying_every_map_and_every_pairing(
    pair: tuple[Result, Result, list[int]], name: str, tolerance: float | None, ties: bool
) -> None:
    gold, predicted, keys = pair
    rule = RULES[name] if tolerance is None else replace(RULES[name], relative_tolerance=tolerance)
    for ordered in (False, True):
        found = compare(
            gold,
            predicted,
            rule,
            gold_sql="select 1 order by 1" if ordered else "select 1",
            category="order_by" if ordered else "",
            tie_keys=[(key,) for key in keys] if ties else None,
        )
        groups = None
        if ordered and rule.row_order != "never":
            groups = keys if ties and rule.ties_forgiven else list(range(len(gold.rows)))
        assert found.equal == by_definition(gold, predicted, rule, groups)
        assert found.equal == (found.reason is None)
        if found.column_map is not None:
            mapped = [tuple(row[at] for at in found.column_map) for row in predicted.rows]
            assert rows_agree(list(gold.rows), mapped, rule, groups)


UNITS = st.integers(0, 8).map(lambda step: 1 + step * 0.35e-5)


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 5), st.data())
def test_near_rows_pair_up_when_some_pairing_of_all_of_them_is_near(
    count: int, data: st.DataObject
) -> None:
    rule = replace(RULES["strict"], relative_tolerance=1e-5)
    sides = [data.draw(st.lists(st.tuples(UNITS, UNITS), min_size=count, max_size=count))]
    moves = st.sampled_from([0.0, 0.35e-5, -0.35e-5, 0.7e-5, -0.7e-5, 1.05e-5])
    sides.append([tuple(value + data.draw(moves) for value in row) for row in sides[0]])
    gold, predicted = (Result(("a", "b"), rows) for rows in sides)
    assert compare(gold, predicted, rule).equal == by_definition(gold, predicted, rule, None)
