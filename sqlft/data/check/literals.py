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
from sqlft.prompt import notes_for
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

    What is said: the question, the evidence, the glossary terms that the question names, and what
    the notes and comments tell of the compared column and its table. Only literals compared with
    a stored column count, so labels and arithmetic do not.
    """
    seen: set[tuple[str, str]] = set()
    for place, outcome in enumerate(subject.outcomes):
        if not isinstance(outcome, Gold):
            continue
        for use in uses(outcome.tree):
            key = (use.column.name.casefold(), use.text)
            columns = _columns(subject.schema, outcome.tree, use.column.name)
            if key in seen or not columns or _is_said(use, _said(subject, columns)):
                continue
            seen.add(key)
            if any(_holds(subject, table, column, use) for table, column in columns):
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
    for chosen in tree.find_all(exp.In):
        for literal in chosen.expressions:
            yield from _use(chosen.this, literal)
    for between in tree.find_all(exp.Between):
        yield from _use(between.this, between.args["low"])
        yield from _use(between.this, between.args["high"])
    for case in tree.find_all(exp.Case):
        for branch in case.args["ifs"] if case.this is not None else ():
            yield from _use(case.this, branch.this)


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


def _said(subject: Subject, columns: list[tuple[Table, Column]]) -> Said:
    example, schema = subject.example, subject.schema
    asked = f"{example.question} {example.evidence or ''}"
    texts = [asked, *notes_for(schema, asked)]
    for term in schema.glossary:
        if any(f"{term.name}:" in line for line in texts[1:]):
            texts.append(term.meaning or "")
    for table, column in columns:
        texts += [table.meaning or "", table.comment or ""]
        texts += [column.meaning or "", column.comment or "", *column.synonyms]
    today = datetime.date.fromisoformat(schema.today) if schema.today else None
    return Said(" \n".join(texts), today)


def _columns(schema: Schema, tree: exp.Expression, name: str) -> list[tuple[Table, Column]]:
    """The columns of that name in the tables that the query reads."""
    names = {table.name for table in tree.find_all(exp.Table)}
    tables = [table for table in map(schema.table, sorted(names)) if table is not None]
    found = [(table, table.column(name)) for table in tables]
    return [(table, column) for table, column in found if column is not None]


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
