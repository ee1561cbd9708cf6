"""The page of this name."""

from __future__ import annotations

from analyst.compare_page import show

show()
