"""The page of this name."""

from __future__ import annotations

from analyst.ask_page import show

show()
