"""Finding which column is which costs no more than sorting each column a few times."""

import random
import time
from collections.abc import Callable

import pytest

from sqlft.compare import RULES, Result, compare

COLUMNS, ROWS = 20, 10_000
SORTS_AT_MOST = 12
"""Of every column of both results, once. Trying all orders of columns would be 20! times one."""


def random_rows() -> list[tuple[int, ...]]:
    draw = random.Random(1)
    return [tuple(draw.randrange(1000) for _ in range(COLUMNS)) for _ in range(ROWS)]


def equal_columns() -> list[tuple[int, ...]]:
    return [(at,) * COLUMNS for at in random.Random(1).sample(range(ROWS), ROWS)]


def shuffled_columns() -> list[tuple[int, ...]]:
    """Every column holds the same values; only the rows tell them apart."""
    draw = random.Random(1)
    columns = [draw.sample(range(ROWS), ROWS) for _ in range(COLUMNS)]
    return list(zip(*columns, strict=True))


def seconds(work: Callable[[], object]) -> float:
    """Processor time of the quickest of three runs: other processes do not count."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("make", [random_rows, equal_columns, shuffled_columns])
@pytest.mark.parametrize("name", ["spider", "sql-eval"])
def test_comparing_costs_a_few_sorts_of_the_columns(
    name: str, make: Callable[[], list[tuple[int, ...]]]
) -> None:
    rows = make()
    draw = random.Random(2)
    places = draw.sample(range(COLUMNS), COLUMNS)
    moved = draw.sample([tuple(row[at] for at in places) for row in rows], ROWS)
    names = tuple(f"c{at}" for at in range(COLUMNS))
    gold, predicted = Result(names, rows), Result(names, moved)
    assert compare(gold, predicted, RULES[name]).equal
    comparing = seconds(lambda: compare(gold, predicted, RULES[name]))
    sorting = seconds(
        lambda: [sorted(column) for column in (*zip(*rows, strict=True), *zip(*moved, strict=True))]
    )
    print(f"{name}, {make.__name__}: {comparing:.3f} s, {comparing / sorting:.1f} sorts")
    assert comparing < SORTS_AT_MOST * sorting
