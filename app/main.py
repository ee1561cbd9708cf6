"""The analysts' app: `sqlft app` runs this file under Streamlit."""

from __future__ import annotations

from analyst.frame import run

run()
