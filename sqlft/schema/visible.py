"""Text from a database made safe to print on one line."""

from __future__ import annotations


def visible(text: str, at_most: int | None = None) -> str:
    """The text with every character that prints nothing or moves the cursor written as an escape.

    Line breaks, terminal escapes and marks that turn the reading direction all become visible.

    Args:
        at_most: characters kept before an ellipsis takes the rest's place; none: all of them.

    >>> visible("a\\nb\\x1b[31m")
    'a\\\\nb\\\\x1b[31m'
    >>> visible("Rua da Liberdade", at_most=9)
    'Rua da L…'
    """
    if at_most is not None and len(text) > at_most:
        return visible(text[: at_most - 1]) + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
