"""Whether a text says a date: in figures, by its month or year, or from today."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from itertools import pairwise

from sqlft.data.check.said_numbers import said_numbers

Date = datetime.date

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_YEAR = re.compile(r"(?<![\d.,])(1[5-9]\d\d|20\d\d|21\d\d)(?!\d|,\d)")
_MONTHS = {
    word: number
    for number in range(1, 13)
    for word in (calendar.month_name[number].lower(), calendar.month_abbr[number].lower())
} | {"sept": 9}
_SEASONS = {
    "spring": (3, 4, 5, 6),
    "summer": (6, 7, 8, 9),
    "autumn": (9, 10, 11, 12),
    "fall": (9, 10, 11, 12),
    "winter": (12, 1, 2, 3),
    "christmas": (12, 1),
    "easter": (3, 4, 5),
}
_PERIODS = {"day": 1.0, "week": 7.0, "month": 30.44, "quarter": 91.31, "year": 365.25}
_LATER = {"fortnight": 14.0, "decade": 3652.5, "hour": 1 / 24}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_AGE = re.compile(r"\b(age|aged|ages|old|older|oldest|young|younger|under|over|years?)\b")


def is_date_said(day: Date, text: str, today: Date | None) -> bool:
    """Whether the text says this day, or a period that begins or ends at it.

    A period's last day and the day after it are alike, since queries use either. Without a
    ``today``, a text that speaks of periods relative to it is taken to mean the day.

    >>> is_date_said(Date(2025, 7, 1), "orders in the last quarter", Date(2025, 12, 31))
    True
    >>> is_date_said(Date(2025, 7, 1), "orders by city", Date(2025, 12, 31))
    False
    """
    folded = text.lower()
    words = _WORD.findall(folded)
    if today is not None and abs((day - today).days) <= 1:
        return True
    if _is_written(day, folded, words) or _is_counted(day, folded, words, today):
        return True
    years = {int(year) for year in _YEAR.findall(folded)}
    starts = [day + datetime.timedelta(days=shift) for shift in (0, 1)]
    return any(_begins_said_period(start, words, years, today) for start in starts)


def _is_written(day: Date, text: str, words: list[str]) -> bool:
    for year, month, number in _ISO.findall(text):
        try:
            if abs((day - Date(int(year), int(month), int(number))).days) <= 1:
                return True
        except ValueError:
            continue
    months = {_MONTHS[word] for word in words if word in _MONTHS}
    numbers = {int(word) for word in words if word.isdigit() and len(word) <= 2}
    near = [day + datetime.timedelta(days=shift) for shift in (-1, 0, 1)]
    return any(d.month in months | numbers and d.day in numbers for d in near)


def _is_counted(day: Date, text: str, words: list[str], today: Date | None) -> bool:
    """ "In the past 30 days", "two years ago", "under 30" (of age): so far from today."""
    lengths = list(_spans(words))
    if today is None:
        return bool(lengths)
    gap = abs((today - day).days)
    if any(abs(gap - length) <= 1 + 0.02 * length for length in lengths):
        return True
    if not _AGE.search(text):
        return False
    return any(abs(gap - 365.25 * n) <= 2 for n in said_numbers(text) if 1 <= n <= 120)


def _spans(words: list[str]) -> Iterator[float]:
    """Lengths in days of every "30 days", "a week", "past month" of the text."""
    for before, word in pairwise(["", *words]):
        unit = word.removesuffix("s")
        days = _PERIODS.get(unit) or _LATER.get(unit)
        if days is None:
            continue
        yield days
        for number in said_numbers(before):
            yield days * number


def _begins_said_period(start: Date, words: list[str], years: set[int], today: Date | None) -> bool:
    """Whether a said year, half, quarter, month or week begins here, or ended the day before."""
    said = set(words)
    now = today.year if today is not None else start.year
    around = {start.year, (start - datetime.timedelta(days=1)).year}
    if start.day == 1 and start.month == 1 and around & years:
        return True
    if start.day == 1 and start.month == 1 and said & {"year", "years", "annual", "ytd"}:
        return abs(now - start.year) <= 2
    in_named_year = bool(around & (years or {now, now - 1}) or around & {now})
    if (
        start.day == 1
        and in_named_year
        and (_months_of(said) & {start.month, _before(start.month)})
    ):
        return True
    singular = {word.removesuffix("s").removesuffix("ly") for word in said}
    near_now = today is None or abs((today - start).days) <= 550
    if start.day == 1 and start.month % 3 == 1 and near_now | bool(around & years):
        if singular & {"quarter", "half", "semester"} or said & {"q", "h"}:
            return True
        if any(re.fullmatch(r"q|h|first|second|third|fourth", word) for word in said) and years:
            return True
    if start.day == 1 and "month" in singular and near_now:
        return True
    return "week" in singular and start.weekday() in (0, 6) and near_now


def _months_of(words: set[str]) -> set[int]:
    months = {_MONTHS[word] for word in words if word in _MONTHS}
    for season, numbers in _SEASONS.items():
        if season in words:
            months |= set(numbers)
    return months


def _before(month: int) -> int:
    return 12 if month == 1 else month - 1
