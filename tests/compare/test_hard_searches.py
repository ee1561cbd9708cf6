"""Columns and rows are paired up where rounding, sorting or greed would fail."""

import random
import time
from itertools import combinations, product

import pytest

from sqlft.compare import SPIDER, SQL_EVAL, STRICT, Result, Rule, compare


def named(rows: list[tuple]) -> Result:
    return Result(tuple(f"c{at}" for at in range(len(rows[0]))), rows)


def moved(rows: list[tuple], seed: int = 1) -> list[tuple]:
    """The rows with their columns, and then themselves, shuffled."""
    draw = random.Random(seed)
    places = list(range(len(rows[0])))
    draw.shuffle(places)
    shuffled = [tuple(row[at] for at in places) for row in rows]
    draw.shuffle(shuffled)
    return shuffled


def edges_as_rows(neighbours: set[tuple[int, int]]) -> list[tuple]:
    """A graph of 16 nodes: one row an edge, one column a node."""
    return [tuple(int(node in edge) for node in range(16)) for edge in sorted(neighbours)]


ROOK = {(a, b) for a, b in combinations(range(16), 2) if a // 4 == b // 4 or a % 4 == b % 4}
STEPS = {(0, 1), (1, 0), (1, 1), (0, 3), (3, 0), (3, 3)}
SHRIKHANDE = {
    (a, b)
    for a, b in combinations(range(16), 2)
    if ((b // 4 - a // 4) % 4, (b % 4 - a % 4) % 4) in STEPS
}


@pytest.mark.parametrize("rule", [SPIDER, SQL_EVAL], ids=lambda rule: rule.name)
def test_results_that_no_colouring_tells_apart_are_told_apart(rule: Rule) -> None:
    """Two strongly regular graphs with the same parameters (16, 6, 2, 2) are not the same."""
    rook, shrikhande = edges_as_rows(ROOK), edges_as_rows(SHRIKHANDE)
    assert len(rook) == len(shrikhande) == 48
    assert compare(named(rook), named(moved(rook)), rule).equal
    assert compare(named(shrikhande), named(moved(shrikhande)), rule).equal
    assert not compare(named(rook), named(moved(shrikhande)), rule).equal


def random_cubic(nodes: int, seed: int) -> list[tuple]:
    """A graph in which every node has three edges, as rows: all columns look the same."""
    draw = random.Random(seed)
    while True:
        ends = [node for node in range(nodes) for _ in range(3)]
        draw.shuffle(ends)
        edges = {frozenset(ends[at : at + 2]) for at in range(0, len(ends), 2)}
        if len(edges) == 3 * nodes // 2 and all(len(edge) == 2 for edge in edges):
            pairs = sorted(sorted(edge) for edge in edges)
            return [tuple(int(node in edge) for node in range(nodes)) for edge in pairs]


@pytest.mark.parametrize("rule", [SPIDER, SQL_EVAL], ids=lambda rule: rule.name)
def test_columns_that_only_a_choice_tells_apart_are_found(rule: Rule) -> None:
    for seed in range(3):
        rows = random_cubic(20, seed)
        assert compare(named(rows), named(moved(rows)), rule).equal
        assert not compare(named(rows), named(random_cubic(20, seed + 50)), rule).equal


def test_all_rows_of_bits_match_in_any_order_of_columns_and_end_quickly_where_order_is_wrong() -> (
    None
):
    rows = list(product([0, 1], repeat=8))
    for rule in (SPIDER, SQL_EVAL):
        assert compare(named(rows), named(moved(rows)), rule).equal
    wrong = [rows[1], rows[0], *rows[2:]]
    asked = {"gold_sql": "order by", "category": "order_by"}
    for rule in (SPIDER, SQL_EVAL):
        assert compare(named(rows), named(wrong), rule, **asked).reason == "wrong_order"


def test_look_alike_columns_that_are_not_wanted_are_left_out() -> None:
    draw = random.Random(3)
    bits = [tuple(draw.randrange(2) for _ in range(13)) for _ in range(400)]
    gold = [row[:10] for row in bits]
    numbered = [(*row, at) for at, row in enumerate(bits)]
    for predicted in (bits, numbered):
        assert compare(named(gold), named(moved(predicted)), SQL_EVAL).equal
    doubled = [(*row[:5], at) for row in bits[:100] for at in range(2)]
    fewer = [row[:4] for row in bits[:100]]
    assert compare(named(fewer), named(moved(doubled)), SQL_EVAL).equal


def test_a_search_without_end_is_given_up_in_time() -> None:
    draw = random.Random(4)
    gold = [tuple(draw.randrange(2) for _ in range(12)) for _ in range(200)]
    other = [tuple(draw.randrange(2) for _ in range(16)) for _ in range(300)]
    start = time.process_time()
    assert not compare(named(gold), named(other), SQL_EVAL).equal
    assert time.process_time() - start < 10


def test_rows_pair_up_where_taking_the_first_near_one_fails() -> None:
    """The second gold row only fits the row that the first one fits best."""
    a, b, c = 1.0, 1 + 0.8e-9, 1 + 1.6e-9
    gold, predicted = [(b, 5.0), (a, 5.0)], [(b, 5.0), (c, 5.0)]
    assert compare(named(gold), named(predicted), STRICT).equal
    assert not compare(named([(a, 5.0), (a, 5.0)]), named(predicted), STRICT).equal


def test_a_pair_is_parted_again_where_that_lets_all_rows_pair_up() -> None:
    """In units of the tolerance: by the first column, the first two gold rows fit the first two
    predicted ones in order, but (0.9, 0.6) and (0.8, -0.8) are too far apart in the second."""
    gold = [(0.0, 0.0), (0.9, 0.6), (1.75, 0.0)]
    predicted = [(0.1, 0.6), (0.8, -0.8), (1.75, 0.0)]
    one, other = (
        named([tuple(1 + unit * 1e-9 for unit in row) for row in rows])
        for rows in (gold, predicted)
    )
    assert compare(one, other, STRICT).equal


def test_integers_are_not_near_each_other_because_a_float_stands_between() -> None:
    gold = [(1_000_000, "a"), (1_000_000.5, "b")]
    predicted = [(1_000_001, "a"), (1_000_000.5, "b")]
    assert not compare(named(gold), named(predicted), SQL_EVAL).equal
    assert compare(named(gold), named([(1_000_000.5, "a"), (1_000_001, "b")]), SQL_EVAL).equal


def test_rows_pair_up_in_two_columns_at_once() -> None:
    """Sorted by either column, the rows of equal rank are not near in the other."""
    near, step = 1 + 0.5e-9, 1 + 1.4e-9
    gold = [(1.0, step), (near, 1.0)]
    predicted = [(near, step), (1.0, 1.0)]
    assert compare(named(gold), named(predicted), STRICT).equal
    assert not compare(named(gold), named([(near, step), (step, step)]), STRICT).equal


def test_thousands_of_numbers_in_one_chain_pair_up() -> None:
    values = [1 + at * 3e-10 for at in range(4000)]
    gold = [(value, value) for value in values]
    noisy = [(value * (1 + 9e-10), value * (1 - 9e-10)) for value in values]
    assert compare(named(gold), named(moved(noisy)), STRICT).equal
    off = [*noisy[:-1], (noisy[-1][0] * (1 + 1e-9), noisy[-1][1])]
    assert not compare(named(gold), named(off), STRICT).equal
