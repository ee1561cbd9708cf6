"""Runs one query that the policy allows, within limits."""

from sqlft.execute.run import run_query

__all__ = ["run_query"]
