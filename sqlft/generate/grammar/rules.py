"""The rules that call each other in a circle, as one value that each of them is handed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.machine import Options
from sqlft.generate.grammar.signatures import SCALARS, Signature

if TYPE_CHECKING:
    from sqlft.generate.grammar.scope import Env, Field, Key, Value
    from sqlft.generate.grammar.select import Select

Then: TypeAlias = "Callable[[Env, Value], Options]"
"""What may come after an expression, given where it stood and what it was."""

Rows: TypeAlias = "Callable[[tuple[Field, ...], frozenset[Key]], Options]"
"""What may come after a query, given its columns and what it read of the queries around it."""


Wants: TypeAlias = "Sequence[frozenset[Kind]] | None"
"""The kinds of a query's columns; none: any, ``()``: of EXISTS."""

Offers: TypeAlias = "tuple[frozenset[Kind], ...] | None"
"""Kinds of each of which a query must offer a column by name; none: nobody asks for its names."""


class ExpressionRule(Protocol):
    def __call__(
        self,
        env: Env,
        want: frozenset[Kind],
        then: Then,
        *,
        but: frozenset[Key] = frozenset(),
        literals: bool = True,
    ) -> Options: ...


class ConditionRule(Protocol):
    def __call__(self, env: Env, then: Then) -> Options: ...


class ComparisonRule(Protocol):
    def __call__(self, env: Env, left: Value, then: Then) -> Options: ...


class QueryRule(Protocol):
    def __call__(
        self,
        env: Env,
        then: Rows,
        *,
        want: Wants = None,
        offers: Offers = None,
    ) -> Options: ...


class SelectRule(Protocol):
    def __call__(
        self, env: Env, then: Callable[[Select], Options], want: Wants, offers: Offers
    ) -> Options: ...


@dataclass(frozen=True)
class Rules:
    """The rules that other rules hold within."""

    expression: ExpressionRule
    condition: ConditionRule
    comparison: ComparisonRule
    """What a value that was written may be tested for."""
    query: QueryRule
    select: SelectRule
    scalars: tuple[Signature, ...] = SCALARS
    titles: bool = False
    """Whether any column of a result may be given a name, which later clauses may use."""
