"""The page of this name."""

from __future__ import annotations

from analyst.corrections_page import show

show()
