"""A grammar as options that lead on to options, followed character by character."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeAlias

P = ParamSpec("P")


class Shape(Protocol):
    """Text that is described and not listed, such as a number, while it is being written."""

    def after(self, character: str) -> Shape | None:
        """The shape after one more character, or none where that cannot come."""
        ...

    def whole(self) -> bool:
        """Whether what was written may be all of it."""
        ...

    def starts(self) -> str:
        """Characters of which at least one may come next, to look for a way on."""
        ...


Options: TypeAlias = "list[Option]"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may come next, and what may come after it.

    Text is one byte a character (UTF-8 read as Latin-1): a token may end within a letter.
    """

    what: str | Shape
    then: Callable[[str], Options]
    """Asked once, with what was written, when it is whole."""


END = Option("", lambda written: [])
"""The option that nothing more comes."""


def lit(text: str, then: Callable[P, Options], /, *given: P.args, **named: P.kwargs) -> Option:
    """The option that this text comes next, and then what ``then`` gives for the rest."""
    return Option(text, lambda written: then(*given, **named))


def narrow_text(text: str) -> str:
    """The text with one character for each of its UTF-8 bytes.

    >>> len(narrow_text("é"))
    2
    """
    return text if text.isascii() else text.encode().decode("latin-1")


_Thread: TypeAlias = tuple[str | Shape, int, str, Callable[[str], Options]]
"""An option under way: what, characters of it that are written, their text (for shapes), then."""


def _rest(what: str | Shape, at: int, written: str, then: Callable[[str], Options]) -> Option:
    """What is missing of an option under way."""
    if isinstance(what, str):
        return Option(what[at:], lambda more: then(what))
    return Option(what, lambda more: then(written + more))


def _loosely(text: str, at: int, character: str) -> bool:
    """Whether the character may stand for the text's there: in another case, or as a line's end.

    >>> [_loosely(" WHERE ", *at) for at in ((0, "\\n"), (1, "w"), (1, "x"))]
    [True, True, False]
    """
    if character == "\n":
        return text == ", " if at else text[0] == " " and text[1:2].isupper()
    return text[at].isascii() and text[at].lower() == character.lower()


class Place:
    """Somewhere within a sentence: everything that may follow is known here.

    Places are shared and remember where each character led: following many tokens from one place
    costs little more than following one.
    """

    __slots__ = ("_after", "_loose", "_threads", "accepting")

    def __init__(self, options: Iterable[Option], *, loose: bool = False) -> None:
        """
        Args:
            loose: whether words may be in any case, and lines may end before clauses and after
                commas.
        """
        self._loose = loose
        self._threads: list[_Thread] = []
        self._after: dict[str, Place | None] = {}
        self.accepting = False
        self._add(options)

    def _add(self, options: Iterable[Option]) -> None:
        for option in options:
            if option is END:
                self.accepting = True
            else:
                self._threads.append((option.what, 0, "", option.then))

    def after(self, character: str) -> Place | None:
        """The place after one more character; none where the sentence cannot go on so."""
        try:
            return self._after[character]
        except KeyError:
            found = self._after[character] = self._follow(character)
            return found

    def follow(self, text: str) -> Place | None:
        """The place after some more text, or none."""
        place: Place | None = self
        for character in text:
            if place is None:
                return None
            place = place.after(character)
        return place

    def _follow(self, character: str) -> Place | None:
        place = Place((), loose=self._loose)
        threads = place._threads
        for what, at, written, then in self._threads:
            if isinstance(what, str):
                if what[at] != character and not (self._loose and _loosely(what, at, character)):
                    continue
                if at + 1 == len(what):
                    place._add(then(what))
                else:
                    threads.append((what, at + 1, "", then))
            else:
                shape = what.after(character)
                if shape is not None:
                    written += character
                    threads.append((shape, at + 1, written, then))
                    if shape.whole():
                        place._add(then(written))
        return place if threads or place.accepting else None

    def under_way(self) -> Options:
        """The rest of everything that may come next, as options."""
        return [_rest(*thread) for thread in self._threads]

    def coming(self) -> Iterator[str]:
        """Texts that may come next: the rest of each one listed, a character of each shape."""
        for what, at, _, _ in self._threads:
            if isinstance(what, str):
                yield what[at:]
            else:
                yield from (c for c in what.starts() if what.after(c) is not None)

    def forced(self) -> str:
        """The text that must come next, up to where there is a choice or an end."""
        return "".join(self._forced())

    def _forced(self) -> Iterator[str]:
        place: Place | None = self
        while place is not None and not place.accepting:
            first = {text[0] for text in place.coming()}
            if len(first) != 1 or any(not isinstance(t[0], str) for t in place._threads):
                return
            (character,) = first
            yield character
            place = place.after(character)
