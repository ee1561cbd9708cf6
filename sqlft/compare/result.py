"""A query's result as a value: columns and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Result:
    """The rows that a query gave, in their order, each as wide as ``columns``.

    The names are for showing only: no rule reads them.

    Raises:
        ValueError: at construction, when a row is not as wide as the columns.

    >>> Result(("city", "orders"), [("Oslo", 3), ("Porto", None)]).rows[1]
    ('Porto', None)
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]

    def __post_init__(self) -> None:
        if set(map(len, self.rows)) - {len(self.columns)}:
            raise ValueError("every row must be as wide as the columns")


def result_of(table: pa.Table) -> Result:
    """The rows of an Arrow table as Python values.

    A cell that Python cannot hold (a date after the year 9999, a nanosecond, an infinite
    timestamp, a struct with two fields of one name) becomes its text with its type before it.
    """
    columns = [_values(column) for column in table.columns]
    rows = list(zip(*columns, strict=True)) if columns else []
    return Result(tuple(table.column_names), rows)


def _values(column: pa.ChunkedArray) -> list[object]:
    try:
        return list(column.to_pylist())
    except Exception:  # which one depends on the type: OverflowError, ValueError, KeyError, ...
        return [_value(column.slice(at, 1)) for at in range(len(column))]


def _value(cell: pa.ChunkedArray) -> object:
    try:
        return cell.to_pylist()[0]
    except Exception:
        return f"{cell.type} {cell.to_string(window=1 << 30)}"
