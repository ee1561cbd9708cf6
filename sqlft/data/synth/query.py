"""A query in parts, and its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Query:
    """The clauses of one SELECT, each as text."""

    select: tuple[str, ...]
    source: str
    joins: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    having: str | None = None
    order: tuple[str, ...] = ()
    limit: int | None = None
    distinct: bool = False

    def sql(self) -> str:
        """Its text; a query over one table alone names columns without it.

        >>> Query(select=("t.a",), source="t", where=("t.b = 1",)).sql()
        'SELECT a FROM t WHERE b = 1'
        """
        text = self._text()
        if self.joins or text.count("SELECT ") > 1 or " " in self.source:
            return text
        return _unqualified(text, self.source)

    def _text(self) -> str:
        parts = [f"SELECT {'DISTINCT ' if self.distinct else ''}{', '.join(self.select)}"]
        parts += [f"FROM {self.source}", *self.joins]
        if self.where:
            shown = [f"({w})" if _is_loose(w) and len(self.where) > 1 else w for w in self.where]
            parts.append(f"WHERE {' AND '.join(shown)}")
        if self.group:
            parts.append(f"GROUP BY {', '.join(self.group)}")
        if self.having:
            parts.append(f"HAVING {self.having}")
        if self.order:
            parts.append(f"ORDER BY {', '.join(self.order)}")
        if self.limit is not None:
            parts.append(f"LIMIT {self.limit}")
        return " ".join(parts)

    with_ = replace
    """The query with other parts."""

    def probe(self) -> str | None:
        """A query for the sort keys up to one row past the LIMIT; none without a LIMIT."""
        if self.limit is None or not self.order:
            return None
        keys = tuple(re.sub(r" (DESC|ASC)$", "", key) for key in self.order)
        select = (*self.select, *keys) if self.distinct else keys
        return self.with_(select=select, limit=self.limit + 1).sql()


def _is_loose(condition: str) -> bool:
    return " OR " in condition


def _unqualified(text: str, table: str) -> str:
    """Without ``table.`` before columns, but for what stands in a text literal."""
    pieces = re.split(r"('(?:[^']|'')*')", text)
    name = re.compile(rf'(?<![\w."]){re.escape(table)}\.')
    return "".join(piece if at % 2 else name.sub("", piece) for at, piece in enumerate(pieces))
