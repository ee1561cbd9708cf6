"""What a database contains: read it, describe it with notes, find values, show it."""

from sqlft.schema.bundled import (
    build_bundled,
    bundled_folder,
    bundled_names,
    bundled_path,
    notes_path,
    open_database,
)
from sqlft.schema.ddl import parse_ddl
from sqlft.schema.definition import Column, ForeignKey, Schema, Table, Term
from sqlft.schema.description import as_dict, describe
from sqlft.schema.notes import load_notes
from sqlft.schema.prune import nearest_tables, pruned
from sqlft.schema.reading import read_schema
from sqlft.schema.value_cache import value_index
from sqlft.schema.values import ValueMatch, match_values

__all__ = [
    "Column",
    "ForeignKey",
    "Schema",
    "Table",
    "Term",
    "ValueMatch",
    "as_dict",
    "build_bundled",
    "bundled_folder",
    "bundled_names",
    "bundled_path",
    "describe",
    "load_notes",
    "match_values",
    "nearest_tables",
    "notes_path",
    "open_database",
    "parse_ddl",
    "pruned",
    "read_schema",
    "value_index",
]
