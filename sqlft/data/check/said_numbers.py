"""Numbers that a text says, in digits or in words."""

from __future__ import annotations

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
_SMALL = (
    {word: float(at) for at, word in enumerate(_UNITS)}
    | {word: float(at) for at, word in enumerate(_ORDINALS)}
    | {word: 10.0 * at for at, word in enumerate(_TENS, start=2)}
    | {"once": 1.0, "single": 1.0, "twice": 2.0, "double": 2.0, "pair": 2.0, "couple": 2.0}
    | {"both": 2.0, "dozen": 12.0, "half": 0.5, "third": 3.0, "quarter": 0.25, "triple": 3.0}
)
_LARGE = {"hundred": 100.0, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9}
_DIGITS = re.compile(r"\d+(?:[.,' \u00a0\u202f]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+")
_WORD = re.compile(r"[^\W\d_]+")
_FRACTIONS = {"third": 1 / 3, "thirds": 2 / 3, "quarters": 0.75, "fifth": 0.2, "tenth": 0.1}
# Between what people say and what is stored: seconds, minutes, hours, days, weeks, months, a dozen.
_UNIT_FACTORS = (1.0, 60.0, 3600.0, 24.0, 1440.0, 86400.0, 7.0, 12.0, 30.0, 365.0, 52.0, 2.54)


def said_numbers(text: str) -> frozenset[float]:
    """The numbers that a text says, however it writes them.

    >>> sorted(said_numbers("5,000 euros, 2.5k or twenty-five pieces"))
    [2.5, 5.0, 20.0, 25.0, 2500.0, 5000.0, 25000.0]
    """
    found: set[float] = set()
    for match in _DIGITS.finditer(text):
        values = _digit_values(match.group())
        found |= values
        after = _WORD.match(text[match.end() :].lstrip())
        scale = _LARGE.get(after.group().lower()) if after else None
        found |= {value * scale for value in values if scale}
    return frozenset(found | _word_values(text))


def _digit_values(text: str) -> set[float]:
    """Every reading of separators: in 1.500 the point may group or divide."""
    found = set()
    for reading in (re.sub(r"[,' \u00a0\u202f]", "", text), re.sub(r"[.']", "", text)):
        try:
            found.add(float(reading.replace(",", ".")))
        except ValueError:
            continue
    return found


def _word_values(text: str) -> set[float]:
    found: set[float] = set()
    total = 0.0
    running = False
    for word in (match.group().lower() for match in _WORD.finditer(text)):
        if word in _FRACTIONS:
            found.add(_FRACTIONS[word])
        if word in _SMALL:
            total = total + _SMALL[word] if running and total >= 20 else _SMALL[word]
            found |= {_SMALL[word], total}
            running = True
        elif running and word in _LARGE:
            total *= _LARGE[word]
            found.add(total)
        elif word != "and":
            running = False
    return found


def is_number_said(value: float, said: frozenset[float]) -> bool:
    """Whether one of the said numbers is this one as people would say it.

    Signs are ignored; 0 and 1 need no word (none, any, a). A percentage may be a fraction, a unit
    may be another by a power of ten or by what hours, days or months hold; a whole number may be
    off by one, since "more than 4" is "at least 5".

    >>> is_number_said(20000, said_numbers("more than 20 kilos")), is_number_said(7, frozenset())
    (True, False)
    """
    value = abs(value)
    if value in (0.0, 1.0):
        return True
    for number in said:
        if number == int(number) and value == int(value) and abs(value - number) <= 1:
            return True
        if any(_same_digits(value, number * factor) for factor in _UNIT_FACTORS):
            return True
    return False


def _same_digits(one: float, other: float) -> bool:
    """Equal up to a power of ten."""
    return one > 0 and other > 0 and f"{one:.6e}".split("e")[0] == f"{other:.6e}".split("e")[0]
