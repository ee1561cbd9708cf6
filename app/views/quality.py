"""The page of this name."""

from __future__ import annotations

from analyst.quality_page import show

show()
