"""Every case of each rule's list, worked out from its rows, gets its verdict."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from sqlft.compare import RULES, Comparison, Result, compare

HERE = Path(__file__).parent
TAGS: dict[str, Callable[[Any], object]] = {
    "$float": float,
    "$decimal": Decimal,
    "$date": dt.date.fromisoformat,
    "$timestamp": dt.datetime.fromisoformat,
    "$time": dt.time.fromisoformat,
    "$seconds": lambda seconds: dt.timedelta(seconds=seconds),
    "$hex": bytes.fromhex,
    "$uuid": UUID,
}


def untagged(fields: dict[str, Any]) -> object:
    tag = next(iter(fields), "")
    return TAGS[tag](fields[tag]) if tag in TAGS else fields


def cases(rule: str) -> list[dict[str, Any]]:
    lines = (HERE / f"cases_{rule.replace('-', '_')}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line, object_hook=untagged) for line in lines]


def result(fields: dict[str, Any]) -> Result:
    return Result(tuple(fields["columns"]), [tuple(row) for row in fields["rows"]])


def verdict(rule: str, case: dict[str, Any]) -> Comparison:
    context = {
        name: case[name]
        for name in ("gold_sql", "ordered", "tie_keys", "question", "category")
        if name in case
    }
    if "tie_keys" in context:
        context["tie_keys"] = [tuple(key) for key in context["tie_keys"]]
    return compare(result(case["gold"]), result(case["predicted"]), RULES[rule], **context)


@pytest.mark.parametrize(
    ("rule", "case"), [pytest.param(r, c, id=f"{r}: {c['title']}") for r in RULES for c in cases(r)]
)
def test_a_case_gets_the_verdict_that_was_worked_out(rule: str, case: dict[str, Any]) -> None:
    found = verdict(rule, case)
    assert (found.equal, found.reason) == (case["equal"], case["reason"]), case.get("because")


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_cases_of_which_twenty_say_why(rule: str) -> None:
    listed = cases(rule)
    assert len(listed) == len({case["title"] for case in listed}) >= 60
    assert sum(case["by_hand"] and bool(case["because"]) for case in listed) >= 20
    assert {case["equal"] for case in listed} == {True, False}
