"""A query walked once: its blocks, the binding of every column, the aliases to write out."""

from __future__ import annotations

from sqlglot import exp

from sqlft.sql.canonical_bind import (
    Clause,
    Ordinal,
    OutputOrder,
    Resolved,
    bind,
)
from sqlft.sql.canonical_scope import (
    Binding,
    Block,
    Columns,
    Source,
    Tables,
    Untouched,
    leftmost,
    output_columns,
    renamed,
)
from sqlft.sql.scope import is_nested

_ONE_SIDED = ("SEMI", "ANTI")
_CLAUSES: dict[str, Clause] = {"having": "grouped", "qualify": "windowed"}


def resolve(tree: exp.Expr, tables: Tables) -> Resolved:
    """The query's blocks and bindings; struct access becomes a chain of fields on the way.

    Raises:
        Untouched: a name that cannot be followed for certain.
    """
    walk = _Walk(Resolved())
    walk.query(tree, None, tables, named=False)
    return walk.found


class _Walk:
    def __init__(self, found: Resolved) -> None:
        self.found = found

    def query(
        self,
        node: exp.Expr,
        outer: Block | None,
        tables: Tables,
        *,
        named: bool,
        recursive: tuple[str, list[str]] | None = None,
    ) -> Columns:
        tables = self.ctes(node, outer, tables)
        if isinstance(node, exp.Select):
            return self.select(node, outer, tables, named=named)
        if isinstance(node, exp.SetOperation):
            by_name = bool(node.args.get("by_name"))
            named_left = named or by_name
            columns = self.query(node.this, outer, tables, named=named_left)
            if recursive:
                name, names = recursive
                tables = tables.with_cte(name, renamed(columns, names))
            self.query(node.expression, outer, tables, named=by_name)
            self.output_order(node, by_name)
            return None if by_name else columns
        if isinstance(node, exp.Subquery) and not node.args.get("pivots"):
            columns = self.query(node.this, outer, tables, named=named)
            self.output_order(node, by_name=False)
            return columns
        raise Untouched

    def ctes(self, node: exp.Expr, outer: Block | None, tables: Tables) -> Tables:
        with_ = node.args.get("with_")
        if with_ is None:
            return tables
        if with_.args.get("udfs") or with_.args.get("search") or with_.args.get("cycle"):
            raise Untouched
        for cte in with_.expressions:
            if cte.args.get("key_expressions"):
                raise Untouched
            names = [c.name for c in cte.args["alias"].columns]
            recursive = (cte.alias, names) if with_.args.get("recursive") else None
            columns = self.query(cte.this, outer, tables, named=True, recursive=recursive)
            tables = tables.with_cte(cte.alias, renamed(columns, names))
        return tables

    def output_order(self, node: exp.Expr, by_name: bool) -> None:
        order = node.args.get("order")
        if order is None:
            return
        first = leftmost(node)
        names = [e.alias_or_name.casefold() for e in first.expressions]
        for ordered in order.expressions:
            item = ordered.this
            if isinstance(item, exp.Literal) and not item.is_string:
                index = int(item.name) - 1
            elif isinstance(item, exp.Column) and not item.table:
                folded = item.name.casefold()
                index = names.index(folded) if folded in names else -1
            else:
                index = -1
            if by_name or any(e.is_star for e in first.expressions):
                if item.find(exp.Column) and not isinstance(item, exp.Column):
                    raise Untouched
                if index >= 0 and isinstance(first.expressions[index], exp.Alias) and not by_name:
                    raise Untouched
                continue
            if not 0 <= index < len(names):
                raise Untouched
            self.found.output_orders.append(OutputOrder(item, first, index))

    def select(
        self, node: exp.Select, outer: Block | None, tables: Tables, *, named: bool
    ) -> Columns:
        block = Block(node, outer, named)
        self.found.blocks.append(block)
        for expression in node.expressions:
            if isinstance(expression, exp.Alias):
                if expression.alias.casefold() in block.aliases:
                    raise Untouched
                block.aliases[expression.alias.casefold()] = expression
        from_ = node.args.get("from_")
        if from_ is not None:
            self.source(from_.this, block, tables)
        for join in node.args.get("joins") or ():
            self.join(join, block, tables)
        for key in ("laterals", "into", "connect", "match", "prewhere", "cluster", "hint", "kind"):
            if node.args.get(key):
                raise Untouched
        for expression in node.expressions:
            self.visit(expression, block, tables)
        for key in ("where", "group", "having", "qualify", "windows", "distinct", "order"):
            self.clause(key, block, tables)
        for key in ("limit", "offset"):
            if node.args.get(key) is not None:
                self.visit(node.args[key], block, tables)
        return output_columns(block)

    def clause(self, key: str, block: Block, tables: Tables) -> None:
        part = block.select.args.get(key)
        if part is None:
            return
        if key == "windows":
            for window in part:
                self.visit(window, block, tables)
        elif key == "distinct":
            if part.args.get("on") is not None:
                for item in part.args["on"].expressions:
                    self.item(item, block, tables, "order")
        elif key == "group":
            for item in part.expressions:
                self.item(item, block, tables, "plain")
            for extra in ("rollup", "cube", "grouping_sets"):
                for item in part.args.get(extra) or ():
                    self.visit(item, block, tables)
        elif key == "order":
            for ordered in part.expressions:
                self.item(ordered.this, block, tables, "order")
        else:
            clause = _CLAUSES.get(key, "plain")
            self.visit(part, block, tables, clause)

    def item(self, item: exp.Expr, block: Block, tables: Tables, clause: Clause) -> None:
        """One GROUP BY or ORDER BY item."""
        bare = item
        while isinstance(bare, exp.Paren):
            bare = bare.this
        if isinstance(item, exp.Literal) and not item.is_string:
            if not block.has_star:
                self.found.ordinals.append(Ordinal(item, block))
            elif any(isinstance(e, exp.Alias) for e in block.select.expressions):
                return
        elif isinstance(bare, exp.Column):
            bind(self.found, bare, block, clause, alone=True)
        else:
            self.visit(item, block, tables)

    def join(self, join: exp.Join, block: Block, tables: Tables) -> None:
        if join.args.get("match_condition") or join.args.get("nearest") or join.expressions:
            raise Untouched
        before = [s for s in block.sources if not s.hidden]
        source = self.source(join.this, block, tables)
        names = [c.name for c in join.args.get("using") or ()]
        if join.method == "NATURAL":
            if source.columns is None or any(s.columns is None for s in before):
                raise Untouched
            held = {c.casefold() for s in before for c in s.columns or ()}
            names = [c for c in source.columns if c.casefold() in held]
        if names:
            self.merge(join, names, before, source, block)
        elif join.args.get("on") is not None:
            self.visit(join.args["on"], block, tables)
        source.hidden = join.kind in _ONE_SIDED

    def merge(
        self, join: exp.Join, names: list[str], before: list[Source], source: Source, block: Block
    ) -> None:
        """USING and NATURAL as ON, where no ``*`` shows the difference; else left as they are."""
        keep = (
            join.side not in ("", "LEFT")
            or join.kind not in ("", "INNER", "OUTER", *_ONE_SIDED)
            or join.method not in ("", "NATURAL")
            or block.has_star
        )
        equalities: list[exp.Expr] = []
        for name in names:
            folded = name.casefold()
            left = block.merged.get(folded)
            if folded in block.merged and left is None:
                keep = True
            if left is None:
                holders = [s for s in before if s.column(folded) is not None]
                if len(holders) != 1 or source.column(folded) is None:
                    raise Untouched
                left = holders[0]
            block.merged[folded] = left
            sides = []
            for side in (left, source):
                column = exp.column(side.column(folded) or name)
                sides.append(column)
                self.found.bindings.append(Binding(column, block, side, block))
            equalities.append(exp.EQ(this=sides[0], expression=sides[1]))
        if keep:
            del self.found.bindings[-2 * len(names) :]
            block.merged.update({name.casefold(): None for name in names})
            return
        join.set("using", None)
        join.set("method", None)
        join.set("on", exp.and_(*equalities, copy=False))

    def source(self, node: exp.Expr, block: Block, tables: Tables) -> Source:
        alias = node.args.get("alias")
        names = [c.name for c in alias.columns] if isinstance(alias, exp.TableAlias) else []
        source = self.named_source(node, block, tables)
        source.columns = renamed(source.columns, names)
        source.needs_alias = source.needs_alias or bool(names)
        if names:
            source.own = source.written
        for key in ("joins", "laterals", "pivots", "version", "when", "ordinality"):
            if node.args.get(key):
                raise Untouched
        if source.written and block.source(source.written.casefold()):
            raise Untouched
        block.sources.append(source)
        return source

    def named_source(self, node: exp.Expr, block: Block, tables: Tables) -> Source:
        alias = node.alias
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self.table(node, tables)
        if isinstance(node, exp.Subquery) or (
            isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery)
        ):
            inner = node.this if isinstance(node, exp.Subquery) else node.this.this
            if not isinstance(inner, exp.Query):
                raise Untouched
            columns = self.query(inner, block, tables, named=True)
            own = alias if len(alias.rstrip("0123456789")) > 2 else "derived"
            return Source(node, alias, own, columns)
        if isinstance(node, exp.Values):
            for row in node.expressions:
                self.visit(row, block, tables)
            width = len(node.expressions[0].expressions) if node.expressions else 0
            columns = tuple(f"col{i}" for i in range(width))
            return Source(node, alias, alias, columns, needs_alias=True)
        if isinstance(node, (exp.Table, exp.Unnest)):
            for child in node.iter_expressions():
                if not isinstance(child, exp.TableAlias):
                    self.visit(child, block, tables)
            return Source(node, alias, alias, None, needs_alias=True)
        raise Untouched

    def table(self, node: exp.Table, tables: Tables) -> Source:
        written = node.alias or node.name
        if node.args.get("catalog"):
            return Source(node, written, node.name, None)
        if not node.db and node.name.casefold() in tables.ctes:
            name, columns = tables.ctes[node.name.casefold()]
            node.this.set("this", name)
            return Source(node, written, name, columns)
        found = tables.find(node.name, node.db)
        if found is None:
            return Source(node, written, node.name, None)
        node.this.set("this", found.name)
        namespace = found.namespace if (found.namespace or "main") != "main" else None
        node.set("db", exp.to_identifier(namespace) if namespace else None)
        columns = tuple(c.name for c in found.columns)
        plain = (c.name.casefold() for c in found.columns if c.type and not is_nested(c.type))
        return Source(node, written, found.name, columns, plain=frozenset(plain))

    def visit(self, node: exp.Expr, block: Block, tables: Tables, clause: Clause = "plain") -> None:
        """Bind every column under the node; nested queries are walked as blocks of their own."""
        if isinstance(node, exp.Query):
            self.query(node, block, tables, named=False)
        elif isinstance(node, exp.Column):
            bind(self.found, node, block, clause)
        elif isinstance(node, exp.Star):
            for replacement in node.args.get("replace") or ():
                self.visit(replacement.this, block, tables, clause)
        elif isinstance(node, (exp.Comprehension, exp.Pivot, exp.Columns, exp.PositionalColumn)):
            raise Untouched
        else:
            for child in list(node.iter_expressions()):
                self.visit(child, block, tables, clause)
