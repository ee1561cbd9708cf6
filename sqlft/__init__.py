"""Fine-tunable text-to-SQL: a question becomes SQL that is checked, run and shown."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlft.ask import Answer, Assistant, load
    from sqlft.config import Decoding, Limits
    from sqlft.errors import InputError, ModelError, SqlError, SqlftError
    from sqlft.execute import run_query
    from sqlft.model import FixedGenerator
    from sqlft.schema import Schema, read_schema
    from sqlft.sql import check_sql

__all__ = [
    "Answer",
    "Assistant",
    "Decoding",
    "FixedGenerator",
    "InputError",
    "Limits",
    "ModelError",
    "Schema",
    "SqlError",
    "SqlftError",
    "check_sql",
    "load",
    "read_schema",
    "run_query",
]

__version__ = "0.1.0"

# Rooms are imported when a name is first used: `import sqlft` answers in milliseconds.
_ROOMS = {
    "Answer": "ask",
    "Assistant": "ask",
    "Decoding": "config",
    "FixedGenerator": "model",
    "InputError": "errors",
    "Limits": "config",
    "ModelError": "errors",
    "Schema": "schema",
    "SqlError": "errors",
    "SqlftError": "errors",
    "check_sql": "sql",
    "load": "ask",
    "read_schema": "schema",
    "run_query": "execute",
}


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is None:
        raise AttributeError(f"module 'sqlft' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"sqlft.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
