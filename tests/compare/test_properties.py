"""What a rule forgives leaves its verdict alone; what it does not forgive changes it."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlft.compare import BIRD, RULES, SPIDER, SQL_EVAL, STRICT, Result, Rule, compare

QUICK = settings(max_examples=60, deadline=None)
NAMES = tuple("abcdefgh")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.timedeltas(),
    st.decimals(),
    st.uuids(),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


@st.composite
def results(draw: st.DrawFn, values: st.SearchStrategy = ANYTHING) -> Result:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[values] * width), min_size=1, max_size=6))
    return Result(NAMES[:width], rows)


def in_order(rule: Rule) -> dict[str, object]:
    return {"gold_sql": "SELECT 1 ORDER BY 1", "category": "order_by"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@QUICK
@given(result=results())
def test_a_result_equals_itself_in_order_and_without(rule: Rule, result: Result) -> None:
    found = compare(result, Result(result.columns, list(result.rows)), rule)
    assert found.equal
    assert compare(result, result, rule, **in_order(rule)).equal


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@QUICK
@given(one=results(), other=results())
def test_no_values_make_it_raise_or_contradict_itself(
    rule: Rule, one: Result, other: Result
) -> None:
    forth, back = compare(one, other, rule), compare(other, one, rule)
    assert forth.equal == (forth.reason is None)
    if rule is not SQL_EVAL:
        assert forth.equal == back.equal


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@QUICK
@given(result=results(), data=st.data())
def test_no_rule_minds_another_order_that_nobody_asked_for(
    rule: Rule, result: Result, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(result.rows))
    assert compare(result, Result(result.columns, shuffled), rule).equal


@pytest.mark.parametrize("rule", [SPIDER, SQL_EVAL, STRICT], ids=lambda rule: rule.name)
@QUICK
@given(values=st.lists(st.integers(), min_size=2, max_size=8, unique=True), data=st.data())
def test_another_order_counts_where_it_was_asked_for(
    rule: Rule, values: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(values).filter(lambda other: other != values))
    gold, predicted = (Result(("a",), [(v,) for v in rows]) for rows in (values, shuffled))
    found = compare(gold, predicted, rule, **in_order(rule))
    assert (found.equal, found.reason) == (False, "wrong_order")
    assert compare(gold, predicted, BIRD, **in_order(BIRD)).equal


@QUICK
@given(result=results(), data=st.data())
def test_columns_may_change_places_under_spider_and_sql_eval(
    result: Result, data: st.DataObject
) -> None:
    places = data.draw(st.permutations(range(len(result.columns))))
    moved = Result(result.columns, [tuple(row[at] for at in places) for row in result.rows])
    for rule in (SPIDER, SQL_EVAL):
        assert compare(result, moved, rule).equal
        assert compare(result, moved, rule, **in_order(rule)).equal


@QUICK
@given(rows=st.lists(st.tuples(st.integers(), st.text(max_size=2)), min_size=1, max_size=6))
def test_columns_may_not_change_places_under_bird_and_strict(rows: list[tuple]) -> None:
    moved = Result(("a", "b"), [(b, a) for a, b in rows])
    for rule in (BIRD, STRICT):
        assert compare(Result(("a", "b"), rows), moved, rule).reason == "wrong_order"


@QUICK
@given(result=results(), data=st.data())
def test_repeated_rows_count_under_spider_and_strict_only(
    result: Result, data: st.DataObject
) -> None:
    repeated = [*result.rows, data.draw(st.sampled_from(list(result.rows)))]
    equal = {
        name: compare(result, Result(result.columns, repeated), rule).equal
        for name, rule in RULES.items()
    }
    assert equal == {"spider": False, "bird": True, "sql-eval": True, "strict": False}


@QUICK
@given(result=results(), data=st.data())
def test_extra_columns_are_free_under_sql_eval_only(result: Result, data: st.DataObject) -> None:
    extra = [(*row, data.draw(ANYTHING)) for row in result.rows]
    wider = Result((*result.columns, "more"), extra)
    assert compare(result, wider, SQL_EVAL).equal
    for rule in (SPIDER, BIRD, STRICT):
        assert compare(result, wider, rule).reason == "extra_columns"
        assert compare(wider, result, rule).reason == "missing_columns"
    assert compare(wider, result, SQL_EVAL).reason == "missing_columns"


FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@pytest.mark.parametrize("rule", [SQL_EVAL, STRICT], ids=lambda rule: rule.name)
@QUICK
@given(result=results(FLOATS | st.integers(0, 2)), data=st.data())
def test_noise_within_the_tolerance_is_forgiven_wherever_it_falls(
    rule: Rule, result: Result, data: st.DataObject
) -> None:
    share = st.floats(-0.99, 0.99).map(lambda part: 1 + part * rule.relative_tolerance)
    noisy = [tuple(float(v) * data.draw(share) for v in row) for row in result.rows]
    assert compare(result, Result(result.columns, data.draw(st.permutations(noisy))), rule).equal


@pytest.mark.parametrize("rule", [SQL_EVAL, STRICT], ids=lambda rule: rule.name)
@QUICK
@given(value=st.floats(1e-300, 1e300), sign=st.sampled_from([1, -1]))
def test_noise_beyond_the_tolerance_is_not_forgiven(rule: Rule, value: float, sign: int) -> None:
    off = value * (1 + sign * 1.01 * rule.relative_tolerance)
    assert not compare(Result(("a",), [(value,)]), Result(("a",), [(off,)]), rule).equal


@QUICK
@given(st.lists(st.integers(0, 40), min_size=1, max_size=7), st.data())
def test_near_numbers_pair_up_as_the_sorted_lists_do(steps: list[int], data: st.DataObject) -> None:
    """In one column, some pairing is near exactly when the pairing by rank is."""
    others = data.draw(st.lists(st.integers(0, 40), min_size=len(steps), max_size=len(steps)))
    one, other = ([1 + step * 0.3e-9 for step in side] for side in (steps, others))
    by_rank = all(
        math.isclose(a, b, rel_tol=1e-9) for a, b in zip(sorted(one), sorted(other), strict=True)
    )
    gold, predicted = (Result(("a",), [(v,) for v in side]) for side in (one, other))
    assert compare(gold, predicted, STRICT).equal == by_rank


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_signalling_nan_and_numbers_beyond_floats_are_values_like_others(rule: Rule) -> None:
    odd = [(Decimal("sNaN"),), (10**400,), (-(10**400),), (Decimal("1e999"),), (math.inf,)]
    result = Result(("a",), odd)
    assert compare(result, Result(("a",), odd[::-1]), rule).equal
    assert not compare(result, Result(("a",), [*odd[1:], (0,)]), rule).equal
