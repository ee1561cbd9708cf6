"""Queries as trees: what a text may be, what it reads, and how it is written."""

from sqlft.sql.canonical import canonical
from sqlft.sql.catalog import Catalog, CatalogColumn, CatalogTable
from sqlft.sql.check import check_sql
from sqlft.sql.dialects import translate
from sqlft.sql.display import display
from sqlft.sql.explain import Step, explain, value_words
from sqlft.sql.mended import Mended, mended
from sqlft.sql.nearest import nearest
from sqlft.sql.parse import parse_query
from sqlft.sql.policy import check_policy
from sqlft.sql.skeleton import skeleton
from sqlft.sql.text import unended
from sqlft.sql.verdict import Problem, Verdict

__all__ = [
    "Catalog",
    "CatalogColumn",
    "CatalogTable",
    "Mended",
    "Problem",
    "Step",
    "Verdict",
    "canonical",
    "check_policy",
    "check_sql",
    "display",
    "explain",
    "mended",
    "nearest",
    "parse_query",
    "skeleton",
    "translate",
    "unended",
    "value_words",
]
