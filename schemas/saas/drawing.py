"""What the rows are drawn with: days, picks, people, and the fixed facts of their world."""

import calendar
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np

Draw = dict[str, Any]
Rng = np.random.Generator
HERE = Path(__file__)
NAMES: Draw = json.loads(HERE.with_name("names.json").read_text(encoding="utf-8"))
COUNTRIES = list(NAMES["country_share"])
BANDS = ["1-10", "11-50", "51-250", "251-1000", "1000+"]
PLANS = [row[0] for row in NAMES["plans"]]
TIER = {row[0]: row[2] for row in NAMES["plans"]}
CCY = {"United Kingdom": "GBP", "United States": "USD", "India": "USD", "Brazil": "USD"}
FOREVER, DAY = 99_999, 86_400
N_ACCOUNTS, N_EVENTS, N_TICKETS = 3_200, 70_000, 7_800


def day_of(text: str | None) -> int:
    return FOREVER if text is None else int(np.datetime64(text, "D").astype(int))


FIRST, LAST = day_of("2023-01-02"), day_of("2025-12-31")
NOW = (LAST + 1) * DAY - 600


def add_months(day: int, months: int) -> int:
    start = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day_of(f"{year}-{month + 1:02d}-{min(start.day, last):02d}")


def month_start(day: int, months: int = 0) -> int:
    """First day of the month, some months on."""
    return day_of(str(np.datetime64(day, "D").astype("datetime64[M]") + months) + "-01")


def person(rng: Rng, country: str) -> tuple[str, str]:
    first, last = NAMES["people"]["" if rng.random() < 0.15 else country]
    return first[int(rng.integers(len(first)))], last[int(rng.integers(len(last)))]


def email(first: str, last: str, number: int, host: str) -> str:
    return f"{first}.{last}{number}@{host}".lower().replace(" ", "").replace("'", "")
