"""Every sentence of the canonical form over one schema."""

from __future__ import annotations

from functools import lru_cache

from sqlft.generate.grammar.conditions import compared, condition
from sqlft.generate.grammar.expressions import expression
from sqlft.generate.grammar.items import select
from sqlft.generate.grammar.machine import END, Place, lit, narrow_text
from sqlft.generate.grammar.queries import query
from sqlft.generate.grammar.rules import Rules
from sqlft.generate.grammar.scope import Env, Known, Scope
from sqlft.schema import Schema

_RULES = Rules(
    expression=expression, condition=condition, comparison=compared, query=query, select=select
)


@lru_cache(maxsize=64)
def known(schema: Schema) -> Known:
    """The schema's tables as sources; made once."""
    return Known(schema)


def canonical_sentences(schema: Schema, refusal: str) -> Place:
    """Where every query over the schema, and the refusal, begins."""
    env = Env(scope=Scope((), (), "bare"), known=known(schema), rules=_RULES)
    options = query(env, lambda fields, used: [END])
    return Place([*options, lit(narrow_text(refusal), lambda: [END])])
