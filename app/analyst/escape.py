"""Text from databases, models and people, made harmless in Markdown and HTML."""

from __future__ import annotations

import html
import re

from sqlft.errors import printable

_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str, *, at_most: int | None = None) -> str:
    """The text as Streamlit's Markdown shows it letter by letter, on one line.

    >>> plain("*a* :red[b]")
    '\\\\*a\\\\* \\\\:red\\\\[b\\\\]'
    """
    return _MARKS.sub(r"\\\1", printable(text, at_most=at_most))


def hypertext(text: str, *, at_most: int | None = None) -> str:
    """The text as HTML shows it letter by letter, on one line.

    >>> hypertext("<b>&")
    '&lt;b&gt;&amp;'
    """
    return html.escape(printable(text, at_most=at_most))
