"""Values that a gold names and nobody told: hidden knowledge, which no model can have."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from sqlft.data.check.finding import Finding
from sqlft.data.check.said_texts import Said
from sqlft.data.check.subject import Gold, Subject
from sqlft.errors import SqlError
from sqlft.schema import Column, Schema, Table

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike)
_PATTERN = re.compile(r"[%_]+")


@dataclass(frozen=True, kw_only=True)
class Use:
    """A literal that a query compares with a column of the schema."""

    literal: exp.Literal
    column: exp.Column
    is_pattern: bool = False

    @property
    def text(self) -> str:
        """The literal as written, without quotes."""
        return str(self.literal.this)


def literal_findings(subject: Subject) -> Iterator[Finding]:
    """Literals of golds that are stored in the database and said nowhere.

    What is said: the question, the evidence, the glossary, and the notes and comments on the
    tables that the gold reads. Only literals compared with a stored column count, so labels and
    arithmetic do not.
    """
    for place, outcome in enumerate(subject.outcomes):
        if not isinstance(outcome, Gold):
            continue
        said = _said(subject, outcome.tree)
        seen: set[tuple[str, str]] = set()
        for use in uses(outcome.tree):
            key = (use.column.name.casefold(), use.text)
            if key in seen or _is_said(use, said):
                continue
            seen.add(key)
            if _is_stored(subject, outcome.tree, use):
                message = (
                    f"{subject.label(place)} compares {use.column.name} with {use.text!r}, "
                    "which neither question, evidence nor notes tell"
                )
                yield subject.found("gold-literal", message)


def uses(tree: exp.Expression) -> Iterator[Use]:
    """The literals that a query compares with columns."""
    for node in tree.find_all(*_COMPARED):
        is_pattern = isinstance(node, exp.Like | exp.ILike)
        for column, literal in ((node.this, node.expression), (node.expression, node.this)):
            yield from _use(column, literal, is_pattern=is_pattern)
    for node in tree.find_all(exp.In):
        for literal in node.expressions:
            yield from _use(node.this, literal)
    for node in tree.find_all(exp.Between):
        yield from _use(node.this, node.args["low"])
        yield from _use(node.this, node.args["high"])
    for node in tree.find_all(exp.Case):
        for branch in node.args["ifs"] if node.this is not None else ():
            yield from _use(node.this, branch.this)


def _use(left: exp.Expr, right: exp.Expr, *, is_pattern: bool = False) -> Iterator[Use]:
    column, literal = left, right
    while isinstance(column, exp.Lower | exp.Upper | exp.Trim | exp.Paren | exp.Cast | exp.Neg):
        column = column.this
    while isinstance(literal, exp.Paren | exp.Cast | exp.Neg | exp.Lower | exp.Upper):
        literal = literal.this
    if isinstance(column, exp.Column) and isinstance(literal, exp.Literal):
        yield Use(literal=literal, column=column, is_pattern=is_pattern)


def _is_said(use: Use, said: Said) -> bool:
    if use.literal.is_string:
        parts = _PATTERN.split(use.text) if use.is_pattern else [use.text]
        return all(said.value(part) for part in parts if part.strip())
    return said.number(float(use.text))


def _said(subject: Subject, tree: exp.Expression) -> Said:
    example, schema = subject.example, subject.schema
    texts = [example.question, example.evidence, schema.meaning]
    for term in schema.glossary:
        texts += [term.name, term.sql, term.meaning, *term.synonyms]
    for table in _tables(schema, tree):
        texts += [table.meaning, table.comment, *table.synonyms]
        for column in table.columns:
            texts += [column.meaning, column.comment, column.unit, *column.synonyms]
    today = datetime.date.fromisoformat(schema.today) if schema.today else None
    return Said(" \n".join(text for text in texts if text), today)


def _tables(schema: Schema, tree: exp.Expression) -> list[Table]:
    names = {table.name for table in tree.find_all(exp.Table)}
    return [table for table in map(schema.table, sorted(names)) if table is not None]


def _is_stored(subject: Subject, tree: exp.Expression, use: Use) -> bool:
    """Whether a column of that name, of the tables that the query reads, holds the value."""
    for table in _tables(subject.schema, tree):
        column = table.column(use.column.name)
        if column is not None and _holds(subject, table, column, use):
            return True
    return False


def _holds(subject: Subject, table: Table, column: Column, use: Use) -> bool:
    found = exp.column(column.name, quoted=True)
    value = use.literal.copy()
    test = exp.ILike(this=found, expression=value) if use.is_pattern else found.eq(value)
    source = exp.table_(table.name, db=table.namespace, quoted=True)
    try:
        rows, _ = subject.run(
            exp.select("1").from_(source).where(test).limit(1).sql(dialect="duckdb")
        )
    except SqlError:
        return False  # such as a text that is no date
    return bool(rows.rows)
