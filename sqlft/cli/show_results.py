"""An evaluation's results as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlft.errors import printable


def show_results(results: Mapping[str, Any]) -> None:
    """Prints the headline table, and the differences from the best baseline."""
    rows = results["predictors"]
    width = max(len(printable(row["name"])) for row in rows)
    print(f"execution accuracy, rule {results['rule']}, {results['questions']:,} questions")
    for row in rows:
        terms = "" if not row["unequal"] else f"  [{_settings(row['unequal'])}]"
        print(f"  {printable(row['name']):<{width}}  {_rate(row['headline'])}{terms}")
    print("by rule")
    for row in rows:
        rates = "  ".join(f"{rule} {_share(rate)}" for rule, rate in row["accuracy"].items())
        print(f"  {printable(row['name']):<{width}}  {rates}")
    for pair in results["paired"]:
        print(
            f"{printable(pair['first'])} against {printable(pair['second'])}: "
            f"{pair['difference']:+.1%} [{pair['low']:+.1%}, {pair['high']:+.1%}], "
            f"{len(pair['gained'])} gained, {len(pair['lost'])} lost, "
            f"McNemar p = {pair['p_value']:.3g}"
        )


def _settings(unequal: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in unequal.items())


def _rate(rate: Mapping[str, Any]) -> str:
    if not rate["total"]:
        return "none"
    return (
        f"{rate['rate']:>6.1%} ({rate['hits']:,} of {rate['total']:,})  "
        f"[{rate['low']:.1%}, {rate['high']:.1%}]"
    )


def _share(rate: Mapping[str, Any]) -> str:
    return "none" if not rate["total"] else f"{rate['rate']:.1%}"
