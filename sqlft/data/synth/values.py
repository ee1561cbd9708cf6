"""Values in SQL, and as people write them."""

from __future__ import annotations

import calendar
import datetime
import math
from random import Random

_SMALL = "zero one two three four five six seven eight nine ten".split()
_UNITS = {
    "EUR": ("{} EUR", "{} euros", "€{}"),
    "USD": ("{} USD", "${}", "{} dollars"),
    "percent": ("{} percent", "{}%"),
    "m2": ("{} m2", "{} square metres"),
    "g": ("{} g", "{} grams"),
}


def text_sql(value: str) -> str:
    """A text as a SQL literal.

    >>> text_sql("O'Neill")
    "'O''Neill'"
    """
    return "'" + value.replace("'", "''") + "'"


def rounded(value: float, *, whole: bool) -> float | int:
    """The value to about two digits, as people choose thresholds.

    >>> rounded(1234.5, whole=True), rounded(0.8731, whole=False), rounded(17, whole=True)
    (1200, 0.87, 17)
    """
    if value == 0:
        return 0
    digits = 1 - math.floor(math.log10(abs(value)))
    if abs(value) < 100 and whole:
        digits = 0
    shown = round(value, digits)
    return int(shown) if shown == int(shown) else shown


def number_said(value: float | int, draw: Random, unit: str | None = None) -> str:
    """A number as a question writes it, with its unit.

    >>> number_said(1500, Random(1))
    '1,500'
    """
    if isinstance(value, int) and abs(value) >= 1000 and draw.random() < 0.6:
        text = f"{value:,}"
    else:
        text = f"{value:g}" if abs(value) < 1e6 else f"{value:.10g}"
    if unit is None:
        return text
    if value == 1 and unit.endswith("s") and " " not in unit:
        return f"{text} {unit[:-1]}"
    if unit in _UNITS:
        return draw.choice(_UNITS[unit]).format(text)
    return f"{text} {unit}"


def count_said(value: int, draw: Random) -> str:
    """A small count, often in words.

    >>> count_said(3, Random(1)), count_said(30, Random(1))
    ('three', '30')
    """
    return _SMALL[value] if value < len(_SMALL) and draw.random() < 0.5 else str(value)


def day_said(day: datetime.date, draw: Random) -> str:
    """A day as a question writes it.

    >>> day_said(datetime.date(2024, 3, 5), Random(0))
    '5 March 2024'
    """
    month = calendar.month_name[day.month]
    ways = (day.isoformat(), f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}")
    return draw.choice(ways)


def month_said(year: int, month: int) -> str:
    """A month as a question writes it.

    >>> month_said(2024, 3)
    'March 2024'
    """
    return f"{calendar.month_name[month]} {year}"


def date_sql(day: datetime.date) -> str:
    """A day as a SQL literal."""
    return f"DATE '{day.isoformat()}'"
