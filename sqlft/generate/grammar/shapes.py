"""What is described and not listed: numbers, text, dates, new names."""

from __future__ import annotations

import calendar
import string
from dataclasses import dataclass, replace

from sqlft.sql.from_first import bare

_MOST_TEXT = 200
_MOST_FORMAT = 24
_SHOWN = frozenset(chr(code) for code in range(0x20, 0x7F)) | {"\t"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text literal from its opening quote to its closing one; of control characters a tab alone.

    Args:
        allowed: the ASCII characters it may hold; other letters are UTF-8 bytes, whole ones only.
    """

    allowed: frozenset[str] = _SHOWN
    length: int = 0
    closed: bool = False
    missing: int = 0
    """Bytes that the letter begun still lacks."""
    least: int = 0x80
    """The least that the next of them may be: no letter is spelled longer than it needs."""
    most: int = 0xBF

    def after(self, character: str) -> Text | None:
        code = ord(character)
        if self.length == 0:
            return replace(self, length=1) if character == "'" else None
        if self.missing:
            if not self.least <= code <= self.most:
                return None
            return replace(self, missing=self.missing - 1, least=0x80, most=0xBF)
        if self.closed:  # a quote within the text is doubled
            doubled = character == "'" and "'" in self.allowed
            return replace(self, closed=False, length=self.length + 1) if doubled else None
        if character == "'":
            return replace(self, closed=True)
        if self.length > _MOST_TEXT:
            return None
        if code < 0x80:
            return Text(self.allowed, self.length + 1) if character in self.allowed else None
        return self._letter(code)

    def _letter(self, code: int) -> Text | None:
        if len(self.allowed) < len(_SHOWN):
            return None
        longer = replace(self, length=self.length + 1)
        if 0xC3 <= code <= 0xDF:
            return replace(longer, missing=1)
        if 0xE0 <= code <= 0xEF:
            least, most = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F)}.get(code, (0x80, 0xBF))
            return replace(longer, missing=2, least=least, most=most)
        if 0xF0 <= code <= 0xF3:
            return replace(longer, missing=3, least=0x90 if code == 0xF0 else 0x80)
        return None

    def whole(self) -> bool:
        return self.closed

    def starts(self) -> str:
        return chr(self.least) if self.missing else "'" + "".join(sorted(self.allowed))


@dataclass(frozen=True, slots=True)
class Number:
    """A number without a sign: no leading zeros, at most so many digits before the point."""

    digits: int = 12
    decimals: int = 6
    written: str = ""

    def after(self, character: str) -> Number | None:
        before, point, behind = self.written.partition(".")
        if character == ".":
            fits = bool(before) and not point and self.decimals > 0
        elif character in string.digits:
            fits = len(behind) < self.decimals if point else len(before) < self.digits
            fits = fits and (bool(point) or before != "0")
        else:
            fits = False
        return replace(self, written=self.written + character) if fits else None

    def whole(self) -> bool:
        return bool(self.written) and not self.written.endswith(".")

    def starts(self) -> str:
        return string.digits + "."


WHOLE_NUMBER = Number(digits=9, decimals=0)
SMALL_NUMBER = Number(digits=3, decimals=0)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or a moment of one, in quotes: ``'2024-02-29'``, ``'2024-02-29 12:30:00'``."""

    with_time: bool = False
    """Whether a time of day may follow."""
    written: str = ""

    def after(self, character: str) -> Day | None:
        longer = self.written + character
        return replace(self, written=longer) if _is_moment(longer, self.with_time) else None

    def whole(self) -> bool:
        return len(self.written) > 1 and self.written.endswith("'")

    def starts(self) -> str:
        return string.digits + "'-: "


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day in quotes: ``'12:30:00'``, ``'12:30'``."""

    written: str = ""

    def after(self, character: str) -> Time | None:
        longer = self.written + character
        return Time(longer) if longer[0] == "'" and _is_time(longer[1:]) else None

    def whole(self) -> bool:
        return len(self.written) > 1 and self.written.endswith("'")

    def starts(self) -> str:
        return string.digits + "':"


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID in quotes: ``'1b4e28ba-2fa1-11d2-883f-0016d3cca427'``."""

    written: str = ""

    def after(self, character: str) -> Uuid | None:
        at = len(self.written)
        wanted = _UUID[at] if at < len(_UUID) else ""
        fits = character in (string.hexdigits if wanted == "x" else wanted)
        return Uuid(self.written + character) if wanted and fits else None

    def whole(self) -> bool:
        return len(self.written) == len(_UUID)

    def starts(self) -> str:
        return string.hexdigits + "'-"


_UUID = f"'{'-'.join('x' * length for length in (8, 4, 4, 4, 12))}'"


def _is_moment(text: str, with_time: bool) -> bool:
    """Whether the text may begin such a literal.

    >>> [_is_moment(text, False) for text in ("'2023-02-2", "'2023-02-29", "'2024-02-29'")]
    [True, False, True]
    """
    if text[0] != "'":
        return False
    day, rest = text[1:11], text[11:]
    if not _is_day(day):
        return False
    if not rest or rest == "'":
        return True
    return with_time and rest[0] == " " and (len(rest) == 1 or _is_time(rest[1:]))


def _is_day(text: str) -> bool:
    pattern = "dddd-dd-dd"
    for character, wanted in zip(text, pattern, strict=False):
        if character not in (string.digits if wanted == "d" else wanted):
            return False
    year, month, day = text[:4], text[5:7], text[8:10]
    if year[:2] not in ("", "1", "2", "19", "20"):
        return False
    if month and not any(f"{known:02}".startswith(month) for known in range(1, 13)):
        return False
    last = calendar.monthrange(int(year), int(month))[1] if day else 0
    return not day or any(f"{known:02}".startswith(day) for known in range(1, last + 1))


def _is_time(text: str) -> bool:
    for at, character in enumerate(text):
        if at == 8:
            return character == "'" and len(text) == 9
        if at == 5 and character == "'":
            return len(text) == 6
        if at in (2, 5):
            if character != ":":
                return False
        elif (
            character not in string.digits
            or (at == 0 and character > "2")
            or (at in (3, 6) and character > "5")
            or (at == 1 and text[0] == "2" and character > "3")
        ):
            return False
    return True


@dataclass(frozen=True, slots=True)
class NewName:
    """A name that the query itself gives: a plain one, none of those that are taken."""

    taken: frozenset[str]
    """In lower case."""
    longest: int = 40
    written: str = ""

    def after(self, character: str) -> NewName | None:
        letters = string.ascii_letters + "_" + (string.digits if self.written else "")
        if character not in letters or len(self.written) >= self.longest:
            return None
        longer = replace(self, written=self.written + character)
        ends = len(longer.written) == self.longest and not longer.whole()
        return None if ends else longer  # no further letter would make it a name

    def whole(self) -> bool:
        return self.written.lower() not in self.taken and bare(self.written)

    def starts(self) -> str:
        return string.ascii_letters + "_" + (string.digits if self.written else "")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text in quotes made of listed pieces, such as ``'%Y-%m'``."""

    pieces: tuple[str, ...]
    written: str = ""
    open: str = ""
    """The begun piece."""

    def after(self, character: str) -> Pattern | None:
        longer = self.written + character
        if not self.written:
            return replace(self, written=longer) if character == "'" else None
        if self.whole() or (len(longer) > _MOST_FORMAT and not self.open and character != "'"):
            return None
        if character == "'":
            return replace(self, written=longer) if not self.open and len(longer) > 2 else None
        begun = self.open + character
        if begun in self.pieces:
            return replace(self, written=longer, open="")
        fits = any(piece.startswith(begun) for piece in self.pieces)
        return replace(self, written=longer, open=begun) if fits else None

    def whole(self) -> bool:
        return len(self.written) > 2 and self.written.endswith("'")

    def starts(self) -> str:
        return "'" + "".join(sorted({c for piece in self.pieces for c in piece}))
