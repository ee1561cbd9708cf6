"""What the rows are drawn with: days, picks, numbers, and the fixed facts of their world."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Columns: TypeAlias = dict[str, Any]
NAMES: dict[str, Any] = json.loads(
    Path(__file__).with_name("names.json").read_text(encoding="utf-8")
)
START = np.datetime64("2023-01-01")
TODAY = np.datetime64("2025-12-31")
NEVER = np.datetime64("NaT", "D")
COUNTRIES = list(NAMES["cities"])
COUNTRY_SHARES = [0.31, 0.14, 0.11, 0.16, 0.12, 0.07, 0.09]
EURO_RATES = {"CHF": 1.02, "GBP": 1.15, "PLN": 0.222, "SEK": 0.089, "USD": 0.925}


def ids(count: int, first: int = 1) -> Any:
    return np.arange(first, first + count, dtype=np.int32)


def days(rng: np.random.Generator, first: Any, last: Any, power: float = 1.0) -> Any:
    """A day in [first, last] for each pair; a power under 1 leans towards the end."""
    low = np.asarray(first, "M8[D]").astype(np.int64)
    high = np.maximum(np.asarray(last, "M8[D]").astype(np.int64), low)
    share = rng.random(np.broadcast(low, high).shape) ** power
    return (low + np.floor(share * (high - low + 1)).astype(np.int64)).astype("M8[D]")


def pick(rng: np.random.Generator, options: list[Any], count: int, shares: Any = None) -> Any:
    """`count` draws from options, as objects, so that None may be one."""
    weights = None if shares is None else np.asarray(shares) / np.sum(shares)
    values = np.empty(len(options), dtype=object)
    values[:] = options
    return values[rng.choice(len(options), count, p=weights)]


def or_null(wanted: Any, values: Any) -> Any:
    """The values as objects, None where not wanted."""
    kept = np.array(values, dtype=object)
    kept[~wanted] = None
    return kept
