"""Periods of time: SQL, and how they are said."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from random import Random

from sqlft.data.synth.values import date_sql, day_said, month_said
from sqlft.data.synth.view import Field, View

_ONE = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Period:
    """A condition on one date column."""

    sql: str
    said: str
    """With its preposition: ``in March 2024``, ``last year``, ``after May 5, 2023``."""


def day_of(value: object) -> datetime.date | None:
    """The day of a profile's bound."""
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else None


def span(field: Field, first: datetime.date, last: datetime.date) -> str:
    """SQL for the days from the first to the last, both included."""
    if field.is_timestamp:
        after = date_sql(last + _ONE)
        return f"{field.sql} >= {date_sql(first)} AND {field.sql} < {after}"
    return f"{field.sql} BETWEEN {date_sql(first)} AND {date_sql(last)}"


def some_period(view: View, field: Field, draw: Random) -> Period | None:
    """A period that some rows of a date column lie in, and some do not."""
    low, high = day_of(field.profile.low), day_of(field.profile.high)
    if low is None or high is None or (high - low).days < 20 or not 1600 < low.year < 2200:
        return None
    if view.today is not None and draw.random() < 0.4 and (view.today - high).days < 60:
        return relative_period(view.today, field, draw)
    day = low + datetime.timedelta(days=draw.randrange((high - low).days))
    way = draw.choices(("year", "month", "after", "before", "since", "between"), (6, 4, 2, 2, 2, 1))
    match way[0]:
        case "year" if low.year < high.year:
            return Period(sql=f"YEAR({field.sql}) = {day.year}", said=f"in {day.year}")
        case "month" if (high - low).days > 60:
            last = calendar.monthrange(day.year, day.month)[1]
            sql = span(field, day.replace(day=1), day.replace(day=last))
            return Period(sql=sql, said=f"in {month_said(day.year, day.month)}")
        case "after" if not field.is_timestamp:
            if draw.random() < 0.4 and low.year < day.year < high.year:
                return Period(sql=f"YEAR({field.sql}) > {day.year}", said=f"after {day.year}")
            return Period(sql=f"{field.sql} > {date_sql(day)}", said=f"after {day_said(day, draw)}")
        case "before":
            if draw.random() < 0.4 and low.year < day.year:
                return Period(sql=f"YEAR({field.sql}) < {day.year}", said=f"before {day.year}")
            return Period(
                sql=f"{field.sql} < {date_sql(day)}", said=f"before {day_said(day, draw)}"
            )
        case "since":
            first = day.replace(month=1, day=1) if low.year < day.year else day.replace(day=1)
            said = str(first.year) if first.month == 1 else month_said(first.year, first.month)
            return Period(sql=f"{field.sql} >= {date_sql(first)}", said=f"since {said}")
        case "between" if low.year + 1 < high.year:
            one = draw.randrange(low.year, high.year)
            two = draw.randrange(one + 1, high.year + 1)
            sql = f"YEAR({field.sql}) BETWEEN {one} AND {two}"
            return Period(sql=sql, said=f"between {one} and {two}")
        case _:
            return None


def relative_period(today: datetime.date, field: Field, draw: Random) -> Period:
    """A period counted from today."""
    month = today.replace(day=1)
    before = (month - _ONE).replace(day=1)
    quarter = datetime.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    quarter_before = _months(quarter, -3)
    high = day_of(field.profile.high)
    upto = f" AND {field.sql} <= {date_sql(today)}" if high is not None and high > today else ""
    if field.is_timestamp and upto:
        upto = f" AND {field.sql} < {date_sql(today + _ONE)}"
    match draw.choice(("this year", "last year", "last month", "this month", "days", "days",
                       "months", "last quarter", "this quarter")):  # fmt: skip
        case "this year":
            return Period(sql=f"YEAR({field.sql}) = {today.year}", said="this year")
        case "last year":
            return Period(sql=f"YEAR({field.sql}) = {today.year - 1}", said="last year")
        case "last month":
            return Period(sql=span(field, before, month - _ONE), said="last month")
        case "this month":
            sql = span(field, month, _months(month, 1) - _ONE)
            return Period(sql=sql, said="this month")
        case "last quarter":
            sql = span(field, quarter_before, quarter - _ONE)
            return Period(sql=sql, said="last quarter")
        case "this quarter":
            sql = span(field, quarter, _months(quarter, 3) - _ONE)
            return Period(sql=sql, said="this quarter")
        case "months":
            count = draw.choice((2, 3, 6, 12, 18))
            first = _months(today, -count)
            said = draw.choice((f"in the last {count} months", f"in the past {count} months"))
            return Period(sql=f"{field.sql} >= {date_sql(first)}{upto}", said=said)
        case _:
            count = draw.choice((7, 14, 30, 60, 90))
            first = today - datetime.timedelta(days=count)
            said = draw.choice((f"in the last {count} days", f"in the past {count} days"))
            return Period(sql=f"{field.sql} >= {date_sql(first)}{upto}", said=said)


def _months(day: datetime.date, count: int) -> datetime.date:
    """So many months later, at most on the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))
