"""The values themselves: what holds however a schema was made."""

from __future__ import annotations

from dataclasses import replace

from sqlft.schema import Column, ForeignKey, Schema, Table


def _table(name: str, namespace: str | None = None) -> Table:
    return Table(name=name, namespace=namespace, columns=(Column(name="id", type="INTEGER"),))


def test_a_private_column_cannot_hold_samples() -> None:
    assert Column(name="mail", type="VARCHAR", samples=("a@b.c",), private=True).samples == ()
    shown = Column(name="mail", type="VARCHAR", samples=("a@b.c",))
    assert replace(shown, private=True).samples == ()


def test_every_column_of_a_private_table_is_private() -> None:
    column = Column(name="mail", type="VARCHAR", samples=("a@b.c",))
    table = replace(Table(name="people", columns=(column,)), private=True)
    assert table.columns[0].private and table.columns[0].samples == ()


def test_a_plain_name_means_the_default_namespace_in_any_case() -> None:
    ours, theirs = _table("Orders"), _table("orders", "sales")
    schema = Schema(name="s", tables=(theirs, ours))
    assert schema.table("orders") is ours
    assert schema.table("SALES.ORDERS") is theirs
    assert Schema(name="s", tables=(theirs,)).table("orders") is theirs
    assert schema.table("order") is None


def test_names_that_differ_only_by_case_are_told_apart_by_their_case() -> None:
    upper, lower = _table("Orders"), _table("orders")
    schema = Schema(name="s", tables=(upper, lower))
    assert schema.table("Orders") is upper and schema.table("orders") is lower


def test_the_digest_knows_structure_and_neither_order_nor_notes() -> None:
    a, b = _table("a"), _table("b")
    key = ForeignKey(table="a", columns=("id",), target_table="b", target_columns=("id",))
    schema = Schema(name="s", tables=(a, b), foreign_keys=(key,))
    noted = replace(b, meaning="what it is", row_count=7)
    assert replace(schema, tables=(noted, a)).digest == schema.digest
    assert replace(schema, foreign_keys=()).digest != schema.digest
    wider = replace(a, columns=(Column(name="id", type="BIGINT"),))
    assert replace(schema, tables=(wider, b)).digest != schema.digest
