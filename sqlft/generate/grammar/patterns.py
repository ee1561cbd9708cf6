"""Regular expressions as they are being written: what is whole always compiles."""

from __future__ import annotations

import string
from dataclasses import dataclass

_LETTERS = frozenset(string.ascii_letters + string.digits + ' _-@/:,;#%&!~<>="')
_ALNUM = frozenset(string.ascii_letters + string.digits)
_ESCAPED = "dwsDWSb.-+*?()[]{}|^$/"
_SOFT_LENGTH = 60
"""Characters after which nothing more is opened."""


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern in quotes: letters, classes, groups, and how often each may come."""

    written: str = ""
    depth: int = 0
    """Groups that are open."""
    state: str = "start"
    """What stands before: the ``start`` of a branch; an ``atom``; ``often``, after which comes
    another; a ``class`` begun, a ``member`` of it, a range ``to`` its end; an ``escape``; a
    ``count`` begun; the ``end``."""

    def after(self, character: str) -> Regex | None:
        if not self.written:
            return Regex(character) if character == "'" else None
        if character == "'" and self.depth == 0 and self.state in ("atom", "often"):
            found: tuple[str, int] | None = ("end", 0)
        else:
            found = self._step(character)
        if found is None:
            return None
        state, depth = found
        return Regex(self.written + character, depth, state)

    def _step(self, character: str) -> tuple[str, int] | None:
        if self.state in ("class", "member", "to"):
            return self._in_class(character)
        if self.state == "escape":
            return ("atom", self.depth) if character in _ESCAPED else None
        if self.state == "count":
            return self._counting(character)
        return self._closing(character) or self._opening(character)

    def _closing(self, character: str) -> tuple[str, int] | None:
        """What ends something, or says how often it comes."""
        if self.state == "end":
            return None
        if self.state == "start":
            return ("atom", self.depth) if character in _LETTERS or character == "." else None
        if character == ")" and self.depth:
            return ("atom", self.depth - 1)
        if character == "$":
            return ("often", self.depth)
        return ("often", self.depth) if self.state == "atom" and character in "*+?" else None

    def _opening(self, character: str) -> tuple[str, int] | None:
        """What goes on, as long as it is not too long."""
        if self.state == "end" or len(self.written) > _SOFT_LENGTH:
            return None
        if character in _LETTERS or character == ".":
            return ("atom", self.depth)
        if character == "^" and self.state == "start":
            return ("start", self.depth)
        if character == "|" and self.state != "start":
            return ("start", self.depth)
        if character == "{" and self.state == "atom":
            return ("count", self.depth)
        opened = {"(": ("start", self.depth + 1), "[": ("class", self.depth)}
        return ("escape", self.depth) if character == "\\" else opened.get(character)

    def _in_class(self, character: str) -> tuple[str, int] | None:
        before = self.written[-1]
        if self.state == "to":
            fits = character in _ALNUM and character >= _range_start(self.written)
            return ("class", self.depth) if fits else None
        if before == "[" and character == "^" and self.state == "class":
            return ("class", self.depth)
        if character == "]" and before not in "[^":
            return ("atom", self.depth)
        if character == "-" and self.state == "member" and before in _ALNUM:
            return ("to", self.depth)
        if character not in _LETTERS - {"-"}:
            return None
        late = len(self.written) > _SOFT_LENGTH and before not in "[^"
        return None if late else ("member", self.depth)

    def _counting(self, character: str) -> tuple[str, int] | None:
        begun = self.written[self.written.rindex("{") + 1 :]
        if character in "123456789" and not begun:
            return ("count", self.depth)
        return ("often", self.depth) if character == "}" and begun else None

    def whole(self) -> bool:
        return self.state == "end"

    def starts(self) -> str:
        return "'[](){}\\^$.*+?|" + "".join(sorted(_LETTERS))


def _range_start(written: str) -> str:
    """The letter that a range begun goes on from.

    >>> _range_start("'[a-")
    'a'
    """
    return written[-2]
