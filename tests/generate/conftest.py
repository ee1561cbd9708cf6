"""Tests and the scripts that count over whole datasets draw sentences in one way."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "spider"))
