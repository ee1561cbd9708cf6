"""Do two results say the same? One comparator, four rules; pure."""

from sqlft.compare.comparison import Comparison, Reason, compare
from sqlft.compare.query_text import mentions_order_by, orders_rows, without_distinct
from sqlft.compare.result import Result, result_of
from sqlft.compare.rules import BIRD, RULES, SPIDER, SQL_EVAL, STRICT, Rule, rule

__all__ = [
    "BIRD",
    "RULES",
    "SPIDER",
    "SQL_EVAL",
    "STRICT",
    "Comparison",
    "Reason",
    "Result",
    "Rule",
    "compare",
    "mentions_order_by",
    "orders_rows",
    "result_of",
    "rule",
    "without_distinct",
]
