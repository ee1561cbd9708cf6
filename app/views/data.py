"""The page of this name."""

from __future__ import annotations

from analyst.data_page import show

show()
