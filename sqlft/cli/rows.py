"""Rows as text: a table or records on a terminal, tab-separated lines or CSV elsewhere."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlft.cli.spelling import is_cuttable, is_number, speller
from sqlft.errors import printable

if TYPE_CHECKING:
    import pyarrow

MAX_CELL_CHARACTERS = 60
MAX_RECORD_VALUE_CHARACTERS = 400
MIN_TEXT_CHARACTERS = 12  # a text column narrower than this says nothing any more
MEASURED_ROWS = 200
MAX_RECORDS = 20
CHUNK_ROWS = 10_000
GAP = "  "


def show_rows(rows: pyarrow.Table, *, truncated: bool) -> None:
    """Prints the rows and their number: laid out on a terminal, whole and tab-separated else."""
    if sys.stdout.isatty():
        lines = laid_out(rows, width=shutil.get_terminal_size().columns)
    else:
        lines = tab_separated(rows)
    for line in lines:
        print(line)
    more = f" (more exist; the first {rows.num_rows:,} are shown)" if truncated else ""
    print(f"{rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'}{more}")


def print_csv(rows: pyarrow.Table) -> None:
    """Prints the rows as CSV: every value in full, text in quotes, NULL an empty field."""
    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(rows.column_names)
    null = _Bare("")
    numeric = [is_number(field.type) for field in rows.schema]
    for values, texts in _rows(rows):
        writer.writerow(
            null if value is None else _Bare(text) if number else text
            for value, text, number in zip(values, texts, numeric, strict=True)
        )


class _Bare:
    """Text that the csv module leaves without quotes, because it passes for a number."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return float(self.text)


def tab_separated(rows: pyarrow.Table) -> Iterator[str]:
    """A line of names and one line a row; tabs and line breaks in values are written out."""
    yield "\t".join(map(printable, rows.column_names))
    for _values, texts in _rows(rows):
        yield "\t".join(map(_one_line, texts))


def laid_out(rows: pyarrow.Table, *, width: int) -> Iterator[str]:
    """A table of at most ``width`` columns of the terminal, else records one below another.

    Only text gives way, down to MIN_TEXT_CHARACTERS: half a number or date would be a wrong one.
    Widths are those of the first MEASURED_ROWS rows; a longer number after them stands out.
    """
    widths = _widths(rows, width)
    if widths is None:
        yield from _records(rows)
        return
    kinds = [field.type for field in rows.schema]
    layout = [(w, is_cuttable(k), is_number(k)) for w, k in zip(widths, kinds, strict=True)]
    names = [printable(name) for name in rows.column_names]
    yield _line(names, [(w, True, number) for w, _, number in layout])
    yield GAP.join("─" * w for w in widths)
    for _values, texts in _rows(rows):
        yield _line([_one_line(text) for text in texts], layout)


def _line(texts: Sequence[str], layout: Sequence[tuple[int, bool, bool]]) -> str:
    return GAP.join(
        _fitted(text, width, cut=cut, right=right)
        for text, (width, cut, right) in zip(texts, layout, strict=True)
    ).rstrip()


def _fitted(text: str, width: int, *, cut: bool, right: bool) -> str:
    """The text padded to the width, and cut with an ellipsis where it may be."""
    room = width - _cells(text)
    if room >= 0:
        return " " * room + text if right else text + " " * room
    if not cut:
        return text
    if text.isascii():
        return text[: width - 1] + "…"
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1) + "…"


def _cells(text: str) -> int:
    """Columns of the terminal that the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _widths(rows: pyarrow.Table, width: int) -> list[int] | None:
    """Each column's width such that all fit, or none where they cannot."""
    measured = [texts for _values, texts in _rows(rows.slice(0, MEASURED_ROWS))]
    natural, least = [], []
    for number, field in enumerate(rows.schema):
        value = max((_cells(_one_line(texts[number])) for texts in measured), default=0)
        value = min(value, MAX_CELL_CHARACTERS) if is_cuttable(field.type) else value
        name = min(_cells(printable(field.name)), MAX_CELL_CHARACTERS)
        natural.append(max(name, value, 1))
        rigid = 1 if is_cuttable(field.type) else value
        least.append(max(rigid, min(natural[-1], MIN_TEXT_CHARACTERS)))
    room = width - len(GAP) * (len(natural) - 1)
    if sum(least) > room:
        return None
    while sum(natural) > room:  # the widest that may gives way first
        widest = max(range(len(natural)), key=lambda i: (natural[i] > least[i], natural[i]))
        natural[widest] -= 1
    return natural


def _records(rows: pyarrow.Table) -> Iterator[str]:
    names = [printable(name, at_most=MAX_CELL_CHARACTERS) for name in rows.column_names]
    width = max((_cells(name) for name in names), default=0)
    for number, (_values, texts) in enumerate(_rows(rows.slice(0, MAX_RECORDS)), 1):
        yield f"─── row {number:,} " + "─" * 20
        for name, text, field in zip(names, texts, rows.schema, strict=True):
            most = MAX_RECORD_VALUE_CHARACTERS if is_cuttable(field.type) else None
            yield _fitted(name, width, cut=False, right=False) + GAP + printable(text, at_most=most)
    left = rows.num_rows - MAX_RECORDS
    if left > 0:
        yield f"… {left:,} more row{'' if left == 1 else 's'}; --csv and --json print all of them"


def _one_line(text: str) -> str:
    # str.isprintable is a hundred times quicker than the walk over the characters
    return text if text.isprintable() else printable(text)


def _rows(rows: pyarrow.Table) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Each row's values and their texts; only CHUNK_ROWS rows at a time become Python's."""
    spellers = [speller(field.type) for field in rows.schema]
    for start in range(0, rows.num_rows, CHUNK_ROWS):
        chunk = rows.slice(start, CHUNK_ROWS)
        columns = [column.to_pylist() for column in chunk.columns]
        for values in zip(*columns, strict=True):
            yield values, [spell(v) for spell, v in zip(spellers, values, strict=True)]
