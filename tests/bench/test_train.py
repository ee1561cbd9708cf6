"""The benchmark against TRL runs, and both learn the same from the same examples."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("train_against_trl.py")
EXAMPLES = 24


def test_both_end_with_the_same_loss_after_the_same_examples(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    command = [sys.executable, str(SCRIPT), "--equal", str(EXAMPLES), "--examples", "40"]
    command += ["--schemas", "4", "--schema-tokens", "120", "--tokens-per-step", "1024"]
    command += ["--tokens-per-row", "1024", "--examples-per-step", "8", "--learning-rate", "5e-3"]
    command += ["--only", "packed (bfd), adapter", "--quantize", "nf4", "--json", str(out)]
    # Tests share the machine: threads that wait for each other would take most of the time.
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    ours, *theirs = json.loads(out.read_text())
    assert ours["name"] == "ours" and len(theirs) == 1
    for one in (ours, *theirs):
        assert (
            one["error"] is None and 0 < one["examples"] < EXAMPLES
        )  # the first step is not timed
        assert one["loss"] == pytest.approx(ours["loss"], rel=0.01)
