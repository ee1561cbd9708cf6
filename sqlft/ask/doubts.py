"""What speaks against a query that passes the check: it finds nothing, does not use what the
question names, or counts what there is one of. Execution-guided decoding (Wang et al. 2018) looks
at the first of these."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence

import pyarrow
from sqlglot import exp

from sqlft.errors import SqlError
from sqlft.schema import Schema, ValueMatch
from sqlft.schema.value_words import quoted_parts, without_quoted
from sqlft.sql import parse_query

FINDS_NOTHING = "finds nothing"

DOUBTED = 0.05
"""What a query is worth with a doubt, of what it is worth without. Of the likeliest answers to 748
questions over unseen databases, 2 of 445 right ones and 61 of 303 wrong ones had a doubt that can
be read off the query; none and 83 found nothing, as 15 of 765 other questions' golds do."""

_NUMBER = re.compile(r"(?<![\w.,:/'-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w:/'-]|[.,]\d)")
_RECKONED = re.compile(
    r"[\s-]*(?:%|percent|thousand|million|billion|k\b|m\b|bn\b|[ap]m\b"
    r"|(?:second|minute|hour|day|week|month|quarter|year)s?\b)",
    re.IGNORECASE,
)
"""After a number: what is written may be another one, such as the first of the last 30 days."""
_NAME = re.compile(r"[A-Z0-9]")
"""In a stored value: it is a name or a code, and no word that a question may use for itself."""
_CALENDAR = frozenset((*calendar.month_name, *calendar.day_name))


def finds_nothing(rows: pyarrow.Table) -> bool:
    """There is no row, or nothing but NULL in them.

    >>> finds_nothing(pyarrow.table({"max": pyarrow.array([None], "int64")}))
    True
    """
    return all(column.null_count == len(column) for column in rows.columns)


def doubts(
    sql: str, question: str, values: Sequence[ValueMatch], schema: Schema
) -> tuple[str, ...]:
    """Each doubt about a query, as what can be said after "it".

    What is quoted must stand in the query, or a stored value that was found for it; of the stored
    values that the question names letter by letter, one; and each number, or one next to it, as
    "at least 3" can be said with ``> 2``: of values and of numbers, the first that does not is
    told. Rows of one table by its own key are not worth a count.

    Args:
        values: the stored values that the question names.
        schema: what the query reads.

    >>> from sqlft.schema import parse_ddl
    >>> schema = parse_ddl("CREATE TABLE shops (id INTEGER PRIMARY KEY, city VARCHAR)", "shops")
    >>> doubts("SELECT id FROM shops", 'Which shops are in "Oslo"?', (), schema)
    ("does not use 'Oslo'",)
    >>> doubts("SELECT city FROM shops LIMIT 5", "The 9 oldest of the last 30 days", (), schema)
    ('does not use 9',)
    >>> doubts("SELECT id, COUNT(*) FROM shops GROUP BY id", "Orders of each shop", (), schema)
    ('counts the rows of shops by their own key',)
    """
    text = sql.lower()
    value = next(_unused_values(text, question, values), None)
    number = next(_unused_numbers(text, question), None)
    unused = [one for one in (value, number) if one is not None]
    counted = (
        f"counts the rows of {table} by their own key" for table in _counted_one(sql, schema)
    )
    return (*(f"does not use {one}" for one in unused), *counted)


def _unused_values(text: str, question: str, values: Sequence[ValueMatch]) -> Iterator[str]:
    if any(_holds(text, one.value) for one in values if one.how != "exact"):
        return
    quoted = (part.strip(" .,?!") for part in quoted_parts(question))
    yield from (repr(part) for part in quoted if part and not _holds(text, part))
    exact = [one.value.strip() for one in values if one.how == "exact"]
    named = [one for one in exact if _NAME.search(one) and one not in _CALENDAR]
    if named and not any(_holds(text, one) for one in named):
        yield repr(named[0])


def _holds(text: str, value: str) -> bool:
    """The text holds the value, or each of its words: a name may lie in two columns."""
    said = value.strip().lower().replace("'", "''")
    return said in text or all(word in text for word in re.findall(r"\w+", said) or [said])


def _unused_numbers(text: str, question: str) -> Iterator[str]:
    """Numbers but 0 and 1, which queries say in other ways."""
    bare = without_quoted(question)
    written = {float(one) for one in re.findall(r"\d*\.?\d+", text)}
    for found in _NUMBER.finditer(bare):
        number = float(found.group().replace(",", ""))
        near = {number - 1, number, number + 1}
        if number > 1 and not _RECKONED.match(bare, found.end()) and not written & near:
            yield found.group()


def _counted_one(sql: str, schema: Schema) -> Iterator[str]:
    """The tables of which a part of the query counts rows by their key: there is one of each."""
    try:
        tree = parse_query(sql)
    except SqlError:
        return
    keys = {t.name.lower(): frozenset(map(str.lower, t.primary_key)) for t in schema.tables}
    for select in tree.find_all(exp.Select):
        source, group = select.args.get("from_"), select.args.get("group")
        table = None if source is None else source.this
        if group is None or not isinstance(table, exp.Table) or table.args.get("joins"):
            continue
        key = keys.get(table.name.lower())
        grouped = {one.name.lower() for one in group.expressions if isinstance(one, exp.Column)}
        counts = any(one.parent_select is select for one in select.find_all(exp.Count))
        if key and key <= grouped and counts and not select.args.get("joins"):
            yield table.name
