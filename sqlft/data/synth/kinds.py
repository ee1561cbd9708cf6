"""All kinds of questions, by name, with how often each is tried."""

from __future__ import annotations

from sqlft.data.synth import (
    kinds_group,
    kinds_join,
    kinds_nested,
    kinds_plain,
    kinds_terms,
    kinds_window,
)
from sqlft.data.synth.asked import Kind

KINDS: dict[str, tuple[Kind, float]] = {
    "list": (kinds_plain.list_columns, 3.0),
    "list-implied": (kinds_plain.list_implied, 2.0),
    "count": (kinds_plain.count_rows, 3.0),
    "aggregate": (kinds_plain.aggregate, 2.5),
    "distinct": (kinds_plain.distinct_values, 1.2),
    "top": (kinds_plain.top_rows, 2.5),
    "count-by": (kinds_group.count_by, 2.5),
    "aggregate-by": (kinds_group.aggregate_by, 2.0),
    "having": (kinds_group.having, 1.2),
    "count-by-two": (kinds_group.count_by_two, 0.8),
    "time": (kinds_group.count_by_time, 2.0),
    "bands": (kinds_group.bands, 0.5),
    "share": (kinds_group.shares, 0.9),
    "conditional-count": (kinds_group.conditional_counts, 0.7),
    "list-with-parent": (kinds_join.list_with_parent, 2.0),
    "filtered-by-parent": (kinds_join.filtered_by_parent, 2.5),
    "parent-of": (kinds_join.parent_of, 1.2),
    "per-parent": (kinds_join.count_per_parent, 3.5),
    "by-parent-column": (kinds_join.group_by_parent_column, 1.8),
    "without": (kinds_join.without, 2.2),
    "through": (kinds_join.through, 1.5),
    "own-parent": (kinds_join.with_boss, 0.5),
    "beyond-average": (kinds_nested.beyond_average, 1.3),
    "extreme": (kinds_nested.extreme_rows, 0.8),
    "beyond-own-group": (kinds_nested.beyond_own_group, 0.6),
    "both-sorts": (kinds_nested.both_sorts, 1.2),
    "shared-values": (kinds_nested.shared_values, 0.5),
    "parents-with-both": (kinds_nested.parents_with_both, 0.7),
    "average-of-counts": (kinds_nested.average_of_counts, 0.8),
    "how-many-with": (kinds_nested.how_many_with, 0.8),
    "newest-of-each": (kinds_nested.newest_of_each, 0.8),
    "rank": (kinds_window.ranks, 0.4),
    "best-of-each": (kinds_window.best_of_each, 0.6),
    "running": (kinds_window.running, 0.5),
    "term-rows": (kinds_terms.condition_term, 3.0),
    "term-measure": (kinds_terms.measure_term, 2.0),
    "term-value": (kinds_terms.value_term, 0.8),
}
