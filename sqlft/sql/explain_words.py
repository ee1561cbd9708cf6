"""Expressions of a query in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

Summary = Callable[[exp.Expr], str]
"""Says a query inside an expression in one phrase."""

_COMPARED: dict[type[exp.Expr], str] = {
    exp.EQ: "is",
    exp.NEQ: "is not",
    exp.GT: "is more than",
    exp.GTE: "is at least",
    exp.LT: "is less than",
    exp.LTE: "is at most",
    exp.NullSafeEQ: "is the same as",
    exp.NullSafeNEQ: "is not the same as",
}
_OF_DATES = {"is more than": "is after", "is less than": "is before"}
_JOINED: dict[type[exp.Expr], str] = {
    exp.Add: "plus",
    exp.Sub: "minus",
    exp.Mul: "times",
    exp.Div: "divided by",
    exp.IntDiv: "divided by",
    exp.Mod: "modulo",
    exp.DPipe: "followed by",
}
_OF: dict[type[exp.Expr], str] = {
    exp.Sum: "total",
    exp.Avg: "average",
    exp.Min: "smallest",
    exp.Max: "largest",
    exp.Median: "median",
    exp.Stddev: "standard deviation",
    exp.StddevSamp: "standard deviation",
    exp.Variance: "variance",
    exp.First: "first",
    exp.Last: "last",
    exp.ArrayAgg: "list",
    exp.Year: "year of",
    exp.Quarter: "quarter of",
    exp.Month: "month of",
    exp.Week: "week of",
    exp.Day: "day of",
    exp.DayOfWeek: "weekday number of",
    exp.Length: "length of",
    exp.Abs: "absolute value of",
}
_AGGREGATES = (exp.AggFunc, exp.Window, exp.Filter)


@dataclass(frozen=True, kw_only=True)
class Words:
    """Says expressions of one query.

    Attributes:
        tables: what each alias stands for.
        several: more than one source is read, so that columns keep their table's name.
        summary: says a query inside an expression.
    """

    tables: Mapping[str, str]
    several: bool
    summary: Summary

    def value(self, node: exp.Expr) -> str:
        """An expression as a noun phrase, such as ``total amount``; SQL where there are no words.

        >>> from sqlglot import parse_one
        >>> words = Words(tables={}, several=False, summary=str)
        >>> words.value(parse_one("sum(qty * price)")), words.value(parse_one("count(*)"))
        ('total of qty times price', 'number of rows')
        """
        node = node.unnest()
        if isinstance(node, exp.Alias):
            return self.value(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Count):
            return self._count(node)
        if type(node) in _OF and isinstance(node.this, exp.Expr):
            return self._counted_cases(node) or f"{_OF[type(node)]} {self._of(node)}"
        if type(node) in _JOINED:
            left, right = self._side(node.this, node), self._side(node.expression, node)
            return f"{left} {_JOINED[type(node)]} {right}"
        if isinstance(node, exp.Predicate | exp.Connector | exp.Not) and _is_condition(node):
            return f"whether {self.condition(node)}"
        said = self._special(node)
        return said if said is not None else node.sql(dialect="duckdb")

    def condition(self, node: exp.Expr) -> str:
        """A condition as a clause, such as ``city is 'Rome'``.

        >>> from sqlglot import parse_one
        >>> words = Words(tables={}, several=False, summary=str)
        >>> words.condition(parse_one("a >= 3 AND NOT b IS NULL"))
        'a is at least 3 and b is given'
        """
        node = node.unnest()
        if isinstance(node, exp.And | exp.Or):
            word = "and" if isinstance(node, exp.And) else "or"
            parts = [self._grouped(part, node) for part in _flat(node, type(node))]
            return f" {word} ".join(parts)
        if isinstance(node, exp.Not):
            return self._negated(node.this.unnest())
        if type(node) in _COMPARED:
            return self._compared(node)
        said = self._test(node, positive=True)
        return said if said is not None else f"{self.value_or_sql(node)} holds"

    def value_or_sql(self, node: exp.Expr) -> str:
        """As ``value``, but a condition without words comes back as SQL."""
        if isinstance(node, exp.Predicate):
            return node.sql(dialect="duckdb")
        return self.value(node)

    def listed(self, nodes: Sequence[exp.Expr]) -> str:
        """Several values in one phrase: ``a, b and c``."""
        return listed([self.value(node) for node in nodes])

    def _column(self, node: exp.Column) -> str:
        if isinstance(node.this, exp.Star):
            return f"all columns of {self.tables.get(node.table, node.table)}"
        alias = node.table.casefold()
        source = self.tables.get(alias, node.table)
        outside = alias not in self.tables  # a column of the query around this one
        return f"{source}.{node.name}" if source and (self.several or outside) else node.name

    def _count(self, node: exp.Count) -> str:
        inner = node.this
        if isinstance(inner, exp.Distinct):
            return f"number of different {self.listed(inner.expressions)}"
        if inner is None or isinstance(inner, exp.Star | exp.Literal):
            return "number of rows"
        if isinstance(inner.unnest(), exp.Column):
            return f"number of rows with {self.value(inner)}"
        return f"number of rows with a value of {self.value(inner)}"

    def _of(self, node: exp.Expr) -> str:
        """What a function of one value is taken of."""
        inner = node.this.unnest()
        if isinstance(inner, exp.Distinct):
            return f"of the different {self.listed(inner.expressions)}"
        plain = isinstance(inner, exp.Column) or _OF[type(node)].endswith("of")
        return self.value(inner) if plain else f"of {self.value(inner)}"

    def _counted_cases(self, node: exp.Expr) -> str | None:
        """``sum(CASE WHEN c THEN 1 ELSE 0 END)`` counts rows; none for other calls."""
        case = node.this.unnest()
        if not isinstance(node, exp.Sum) or not isinstance(case, exp.Case) or case.this:
            return None
        branches, default = case.args["ifs"], case.args.get("default")
        one = len(branches) == 1 and branches[0].args["true"].sql() == "1"
        zero = default is None or default.sql() in ("0", "NULL")
        return f"number of rows where {self.condition(branches[0].this)}" if one and zero else None

    def _side(self, node: exp.Expr, around: exp.Expr) -> str:
        """One side of arithmetic, in brackets where a reader would join it otherwise."""
        inner = node.unnest()
        said = self.value(inner)
        tight = isinstance(around, exp.Mul | exp.Div | exp.Sub | exp.Mod)
        loose = isinstance(inner, exp.Add | exp.Sub | exp.Div | exp.Mul | exp.Case)
        same = type(inner) is type(around) and node is around.this
        return f"({said})" if tight and loose and not same else said

    def _special(self, node: exp.Expr) -> str | None:
        """Values whose words are their own; none where there are none."""
        if isinstance(node, exp.Star):
            hidden = node.args.get("except_")
            return f"all columns but {self.listed(hidden)}" if hidden else "all columns"
        if isinstance(node, exp.Literal):
            return f"'{node.this}'" if node.is_string else str(node.this)
        if isinstance(node, exp.Neg):
            return f"-{self.value(node.this)}"
        if isinstance(node, exp.Null):
            return "nothing"
        if isinstance(node, exp.Cast):
            return _plain_date(node) or self.value(node.this)
        if isinstance(node, exp.Distinct):
            return f"different {self.listed(node.expressions)}"
        if isinstance(node, exp.Round):
            places = node.args.get("decimals")
            end = f" to {self.value(places)} decimals" if places is not None else ""
            return f"{self.value(node.this)}, rounded{end}"
        if isinstance(node, exp.Extract):
            return f"{node.name.lower()} of {self.value(node.expression)}"
        if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
            return f"{node.text('unit').lower()} of {self.value(node.this)}"
        if isinstance(node, exp.TimeToStr):
            return f"{self.value(node.this)} written as {self.value(node.args['format'])}"
        if isinstance(node, exp.Lower | exp.Upper):
            size = "lower" if isinstance(node, exp.Lower) else "upper"
            return f"{self.value(node.this)} in {size} case"
        if isinstance(node, exp.Interval):
            count, unit = node.text("this"), node.text("unit").lower()
            return f"{count} {unit}{'s' if count != '1' else ''}"
        return self._compound(node)

    def _compound(self, node: exp.Expr) -> str | None:
        if isinstance(node, exp.Coalesce):
            others = " or else ".join(self.value(other) for other in node.expressions)
            return f"{self.value(node.this)}, or {others} where it is missing"
        if isinstance(node, exp.Nullif):
            return f"{self.value(node.this)} unless it is {self.value(node.expression)}"
        if isinstance(node, exp.Filter):
            said = self.condition(node.expression.this)
            return f"{self.value(node.this)} where {said}"
        if isinstance(node, exp.Case):
            return self._case(node)
        if isinstance(node, exp.If):
            other = node.args.get("false")
            end = f", otherwise {self.value(other)}" if other is not None else ""
            return f"{self.value(node.args['true'])} where {self.condition(node.this)}{end}"
        if isinstance(node, exp.Window):
            return self._window(node)
        if isinstance(node, exp.Subquery | exp.Query):
            return self.summary(node.unnest())
        return None

    def _case(self, node: exp.Case) -> str:
        start = f"{self.value(node.this)} is " if node.this is not None else ""
        parts = []
        for branch in node.args["ifs"]:
            test = self.value(branch.this) if start else self.condition(branch.this)
            parts.append(f"{self.value(branch.args['true'])} where {start}{test}")
        default = node.args.get("default")
        if default is not None and not isinstance(default, exp.Null):
            parts.append(f"otherwise {self.value(default)}")
        return ", ".join(parts)

    def _window(self, node: exp.Window) -> str:
        inner = node.this
        names: dict[type[exp.Expr], str] = {
            exp.RowNumber: "place",
            exp.Rank: "rank",
            exp.DenseRank: "rank without gaps",
        }
        if type(inner) in names:
            said = names[type(inner)]
        elif isinstance(inner, exp.Lag | exp.Lead):
            which = "previous" if isinstance(inner, exp.Lag) else "next"
            said = f"{which} {self.value(inner.this)}"
        else:
            said = self.value(inner)
        by, order = node.args.get("partition_by"), node.args.get("order")
        within = f" within each {self.listed(by)}" if by else ""
        sorted_by = f" in order of {self.ordered(order.expressions)}" if order else ""
        return f"{said}{within}{sorted_by}"

    def ordered(self, terms: Sequence[exp.Expr]) -> str:
        """Terms of an ORDER BY: ``n, highest first, then city``."""
        said = []
        for term in terms:
            of = term.this if isinstance(term, exp.Ordered) else term
            number = isinstance(of, exp.Literal) and not of.is_string
            name = f"column {of.name}" if number else self.value(of)
            said.append(f"{name}, highest first" if term.args.get("desc") else name)
        return ", then ".join(said)

    def _grouped(self, node: exp.Expr, around: exp.Expr) -> str:
        inner = node.unnest()
        said = self.condition(inner)
        mixed = isinstance(inner, exp.Or) and isinstance(around, exp.And)
        return f"({said})" if mixed else said

    def _compared(self, node: exp.Expr) -> str:
        word = _COMPARED[type(node)]
        if _plain_date(node.expression.unnest()) is not None:
            word = _OF_DATES.get(word, word)
            word = {"is at least": "is on or after", "is at most": "is on or before"}.get(
                word, word
            )
        return f"{self.value(node.this)} {word} {self.value(node.expression)}"

    def _negated(self, node: exp.Expr) -> str:
        said = self._test(node, positive=False)
        if said is not None:
            return said
        if isinstance(node, exp.EQ):
            return f"{self.value(node.this)} is not {self.value(node.expression)}"
        return f"it is not so that {self.condition(node)}"

    def _test(self, node: exp.Expr, *, positive: bool) -> str | None:
        """Conditions that have a positive and a negative wording; none for others."""
        no = "" if positive else "not "
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return f"{self.value(node.this)} is {'missing' if positive else 'given'}"
        if isinstance(node, exp.Is):
            return f"{self.value(node.this)} is {no}{self.value(node.expression)}"
        if isinstance(node, exp.Between):
            low, high = self.value(node.args["low"]), self.value(node.args["high"])
            return f"{self.value(node.this)} is {no}between {low} and {high}"
        if isinstance(node, exp.In):
            return self._is_in(node, no)
        if isinstance(node, exp.Like | exp.ILike):
            return self._like(node, positive)
        if isinstance(node, exp.Exists):
            return f"there is {'a' if positive else 'no'} row in {self.summary(node.this)}"
        if isinstance(node, exp.Column):
            return f"{self.value(node)} is {'true' if positive else 'false'}"
        if isinstance(node, exp.Boolean):
            return "always" if bool(node.this) is positive else "never"
        return None

    def _is_in(self, node: exp.In, no: str) -> str:
        query = node.args.get("query")
        if query is not None:
            return f"{self.value(node.this)} is {no}among {self.summary(query.unnest())}"
        among = [self.value(each) for each in node.expressions]
        if len(among) > 6:
            among = [*among[:5], f"{len(among) - 5} more"]
        return f"{self.value(node.this)} is {no}one of {listed(among, 'or')}"

    def _like(self, node: exp.Expr, positive: bool) -> str:
        said, pattern = self.value(node.this), node.expression
        if not isinstance(pattern, exp.Literal):
            word = "is like" if positive else "is not like"
            return f"{said} {word} {self.value(pattern)}"
        text = str(pattern.this)
        bare = text.strip("%")
        if "%" in bare or "_" in bare or not bare:
            return f"{said} {'matches' if positive else 'does not match'} the pattern '{text}'"
        kind = {(True, True): "contain", (True, False): "end with", (False, True): "start with"}
        verb = kind.get((text.startswith("%"), text.endswith("%")), "equal")
        if not positive:
            return f"{said} does not {verb} '{bare}'"
        first, _, rest = verb.partition(" ")
        return f"{said} {first}s{' ' + rest if rest else ''} '{bare}'"


def listed(parts: Sequence[str], word: str = "and") -> str:
    """The parts in one phrase.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def is_aggregate(node: exp.Expr) -> bool:
    """Whether the value is made from several rows."""
    return node.find(*_AGGREGATES) is not None


def _is_condition(node: exp.Expr) -> bool:
    return not isinstance(node, exp.SubqueryPredicate) or isinstance(node, exp.Exists)


def _flat(node: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    inner = node.unnest()
    if type(inner) is not kind:
        return [inner]
    return _flat(inner.this, kind) + _flat(inner.expression, kind)


def conditions(node: exp.Expr) -> list[exp.Expr]:
    """The parts of a condition that must all hold."""
    return _flat(node, exp.And)


def _plain_date(node: exp.Expr) -> str | None:
    """The text of a date or time constant."""
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.TEMPORAL_TYPES:
        inner = node.this.unnest()
        if isinstance(inner, exp.Literal) and inner.is_string:
            return str(inner.this)
    return None
