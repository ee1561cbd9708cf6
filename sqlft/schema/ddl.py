"""Schemas from CREATE TABLE text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError, TokenError

from sqlft.errors import InputError
from sqlft.schema.definition import Column, Schema, Table
from sqlft.schema.keys import DeclaredKey, resolve_key
from sqlft.schema.type_names import type_name

DEFAULT_NAMESPACES = {"main", "public", "dbo"}
"""What DuckDB, SQLite, PostgreSQL and SQL Server call the namespace that needs no naming."""


@dataclass(kw_only=True)
class _Draft:
    """What the statements before this one have declared."""

    dialect: str
    tables: dict[str, Table] = field(default_factory=dict)
    """By casefolded qualified name."""
    keys: list[tuple[int, DeclaredKey]] = field(default_factory=list)
    types: dict[str, exp.DataType] = field(default_factory=dict)
    """Named types, such as PostgreSQL's enums, by casefolded name."""


def parse_ddl(ddl: str, name: str, dialect: str = "duckdb") -> Schema:
    """The tables that CREATE TABLE statements declare, with keys and comments.

    Reads CREATE TABLE, CREATE TYPE, ALTER TABLE ... ADD and COMMENT ON; every other statement,
    views included, is passed over. A ``-- comment`` after a column is that column's comment, as
    long as no COMMENT ON says otherwise.

    Args:
        ddl: the text; statements end with a semicolon.
        name: the schema's name.
        dialect: duckdb, sqlite, postgres, mysql, or another that sqlglot knows.

    Raises:
        InputError: naming the line that cannot be read, or the key that leads nowhere.

    >>> schema = parse_ddl("CREATE TABLE t (a INT PRIMARY KEY, -- the key\\n b TEXT)", "demo")
    >>> [(c.name, c.type, c.nullable, c.comment) for c in schema.tables[0].columns]
    [('a', 'INTEGER', False, 'the key'), ('b', 'VARCHAR', True, None)]
    """
    draft = _Draft(dialect=dialect)
    for tokens in _statements(ddl, dialect):
        _read_statement(draft, tokens, ddl)
    if not draft.tables:
        raise InputError("no CREATE TABLE in the text", hint="give the DDL of at least one table")
    schema = Schema(name=name, dialect=dialect, tables=tuple(draft.tables.values()))
    keys = []
    for line, declared in draft.keys:
        key = resolve_key(declared, schema)
        if isinstance(key, str):
            raise InputError(f"line {line}: {key}")
        keys.append(key)
    return replace(schema, foreign_keys=tuple(dict.fromkeys(keys)))


def _statements(ddl: str, dialect: str) -> Iterator[list[Token]]:
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(ddl)
    except TokenError as error:
        raise InputError("the DDL ends inside a quoted text or a comment") from error
    except ValueError as error:
        raise InputError(f"unknown SQL dialect {dialect!r}") from error
    statement: list[Token] = []
    for token in tokens:
        if token.token_type != TokenType.SEMICOLON:
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


_PASSED_BY = {"TEMP", "TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "OR", "REPLACE"}


def _read_statement(draft: _Draft, tokens: list[Token], ddl: str) -> None:
    words = [t.text.upper() for t in tokens[:8] if t.text.upper() not in _PASSED_BY]
    kind = tuple(words[:2])
    if kind == ("CREATE", "TABLE"):
        _create_table(draft, _parsed(_without_rowid(tokens), ddl, draft.dialect), tokens)
    elif kind == ("CREATE", "TYPE"):  # only sqlglot's PostgreSQL reads it; DuckDB writes it alike
        created = _parsed(tokens, ddl, "postgres")
        if isinstance(created, exp.Create) and isinstance(created.expression, exp.DataType):
            draft.types[created.this.name.casefold()] = created.expression
    elif kind == ("ALTER", "TABLE"):
        _alter_table(draft, _parsed(tokens, ddl, draft.dialect), tokens[0].line)
    elif kind == ("COMMENT", "ON"):
        _comment_on(draft, _parsed(tokens, ddl, draft.dialect), tokens[0].line)


def _without_rowid(tokens: list[Token]) -> list[Token]:
    """SQLite's table option, which sqlglot does not know, taken from the end."""
    last = [t.text.upper() for t in tokens[-2:]]
    return tokens[:-2] if last == ["WITHOUT", "ROWID"] else tokens


@contextmanager
def _quiet_parser() -> Iterator[None]:
    """sqlglot logs a warning where it gives up on a statement; we raise or pass over it instead."""
    logger = logging.getLogger("sqlglot")
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = disabled


def _parsed(tokens: list[Token], ddl: str, dialect: str) -> exp.Expr | None:
    try:
        with _quiet_parser():
            return Dialect.get_or_raise(dialect).parser().parse(tokens, ddl)[0]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        line = first.get("line") or tokens[0].line
        near = str(first.get("highlight") or tokens[0].text)[:40]
        raise InputError(f"line {line}: the DDL cannot be read near {near!r}") from error
    except (SqlglotError, RecursionError) as error:
        raise InputError(f"line {tokens[0].line}: the DDL cannot be read") from error


def _namespace(table: exp.Table) -> str | None:
    return table.db if table.db and table.db.casefold() not in DEFAULT_NAMESPACES else None


def _qualified(table: exp.Expr) -> str:
    """The qualified name that a reference such as ``sales.orders`` stands for."""
    found = table if isinstance(table, exp.Table) else table.find(exp.Table)
    if found is None:
        return table.name
    space = _namespace(found)
    return f"{space}.{found.name}" if space else found.name


def _create_table(draft: _Draft, tree: exp.Expr | None, tokens: list[Token]) -> None:
    line = tokens[0].line
    body = tree.this if isinstance(tree, exp.Create) else None
    if not isinstance(body, exp.Schema) or not isinstance(body.this, exp.Table):
        raise InputError(f"line {line}: this CREATE TABLE gives no columns")
    parts = [p.expressions[0] if isinstance(p, exp.Constraint) else p for p in body.expressions]
    columns = tuple(
        _column(draft, part) for part in parts if isinstance(part, exp.ColumnDef | exp.Identifier)
    )
    if not columns:
        raise InputError(f"line {line}: this CREATE TABLE gives no columns")
    table = Table(
        name=body.this.name,
        namespace=_namespace(body.this),
        columns=columns,
        primary_key=tuple(p.name for p in parts if _is_inline_primary_key(p)),
        comment=_table_comment(tree, tokens),
    )
    known = table.qualified_name.casefold()
    if known in draft.tables:
        raise InputError(f"line {line}: table {table.qualified_name!r} is declared twice")
    twice = [c.name for c in columns if table.column(c.name) is not c]
    if twice:
        raise InputError(f"line {line}: column {twice[0]!r} is declared twice")
    draft.tables[known] = table
    for part in parts:
        if isinstance(part, exp.ColumnDef):
            for reference in part.find_all(exp.Reference):
                _add_key(draft, table.qualified_name, (part.name,), reference, line)
        else:
            _add_constraint(draft, table.qualified_name, part, line)


def _is_inline_primary_key(part: exp.Expr) -> bool:
    constraints = part.args.get("constraints") or ()
    return any(isinstance(c.kind, exp.PrimaryKeyColumnConstraint) for c in constraints)


def _column(draft: _Draft, part: exp.Expr) -> Column:
    identifier = part.this if isinstance(part, exp.ColumnDef) else part
    constraints = [c.kind for c in part.args.get("constraints") or ()]
    not_null = any(
        isinstance(c, exp.PrimaryKeyColumnConstraint)
        or (isinstance(c, exp.NotNullColumnConstraint) and not c.args.get("allow_null"))
        for c in constraints
    )
    said = next((c.name for c in constraints if isinstance(c, exp.CommentColumnConstraint)), None)
    # What stands above a column hangs on its name, what stands after it on the last word before.
    after = (node for node in part.walk() if node is not identifier)
    written = [c for node in (identifier, *after) for c in node.comments or ()]
    return Column(
        name=identifier.name,
        type=_column_type(draft, part.args.get("kind")),
        nullable=not not_null,
        comment=said or " ".join(c.strip() for c in written if c.strip()) or None,
    )


def _column_type(draft: _Draft, kind: exp.Expr | None) -> str:
    if not isinstance(kind, exp.DataType):
        return "VARCHAR"  # SQLite's columns without a type hold anything
    named = draft.types.get(str(kind.args.get("kind")).strip('"').casefold())
    return type_name(named or kind, draft.dialect)


def _table_comment(tree: exp.Expr | None, tokens: list[Token]) -> str | None:
    said = tree.find(exp.SchemaCommentProperty) if tree is not None else None
    if said is not None:
        return said.name or None
    opening = next((t for t in tokens if t.token_type == TokenType.L_PAREN), None)
    return " ".join(c.strip() for c in opening.comments if c.strip()) or None if opening else None


def _add_constraint(draft: _Draft, table: str, part: exp.Expr, line: int) -> None:
    if isinstance(part, exp.PrimaryKey):
        _set_primary_key(draft, table, tuple(c.name for c in part.expressions), line)
    elif isinstance(part, exp.ForeignKey):
        columns = tuple(c.name for c in part.expressions)
        _add_key(draft, table, columns, part.args.get("reference"), line)


def _add_key(
    draft: _Draft, table: str, columns: tuple[str, ...], reference: exp.Expr | None, line: int
) -> None:
    if not isinstance(reference, exp.Reference):
        raise InputError(f"line {line}: a foreign key of {table!r} names no table it refers to")
    targets = reference.this.expressions if isinstance(reference.this, exp.Schema) else ()
    for identifier in reference.find_all(exp.Identifier):
        line = identifier.meta.get("line", line)
        break
    declared = DeclaredKey(
        table=table,
        columns=columns,
        target_table=_qualified(reference.this),
        target_columns=tuple(t.name for t in targets),
    )
    draft.keys.append((line, declared))


def _set_primary_key(draft: _Draft, name: str, columns: tuple[str, ...], line: int) -> None:
    table = _declared(draft, name, line)
    found = [table.column(c) for c in columns]
    if None in found:
        missing = columns[found.index(None)]
        raise InputError(f"line {line}: table {name!r} has no column {missing!r} for its key")
    key = tuple(c.name for c in found if c is not None)
    held = tuple(replace(c, nullable=False) if c.name in key else c for c in table.columns)
    draft.tables[name.casefold()] = replace(table, primary_key=key, columns=held)


def _declared(draft: _Draft, name: str, line: int) -> Table:
    table = draft.tables.get(name.casefold())
    if table is None:
        raise InputError(f"line {line}: no table {name!r} was declared above")
    return table


def _alter_table(draft: _Draft, tree: exp.Expr | None, line: int) -> None:
    if not isinstance(tree, exp.Alter):
        return  # OWNER TO, ENABLE ROW LEVEL SECURITY and their like change no column or key
    name = _qualified(tree.this)
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.AddConstraint):
            for part in action.expressions:
                inner = part.expressions[0] if isinstance(part, exp.Constraint) else part
                _declared(draft, name, line)
                _add_constraint(draft, name, inner, line)
        elif isinstance(action, exp.ColumnDef):
            table = _declared(draft, name, line)
            columns = (*table.columns, _column(draft, action))
            draft.tables[name.casefold()] = replace(table, columns=columns)


def _comment_on(draft: _Draft, tree: exp.Expr | None, line: int) -> None:
    if not isinstance(tree, exp.Comment):
        return
    text = tree.expression.name or None
    if tree.args.get("kind") == "TABLE":
        table = _declared(draft, _qualified(tree.this), line)
        draft.tables[table.qualified_name.casefold()] = replace(table, comment=text)
    elif tree.args.get("kind") == "COLUMN" and isinstance(tree.this, exp.Column):
        target = tree.this
        space = target.db if target.db.casefold() not in DEFAULT_NAMESPACES else ""
        table = _declared(draft, f"{space}.{target.table}" if space else target.table, line)
        column = table.column(target.name)
        if column is None:
            raise InputError(f"line {line}: table {target.table!r} has no column {target.name!r}")
        held = tuple(replace(c, comment=text) if c is column else c for c in table.columns)
        draft.tables[table.qualified_name.casefold()] = replace(table, columns=held)
