"""Two processes teach what one does with the same batches a step, whichever way it is cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sqlft.config import read_recipe
from sqlft.train.training import train

CHANGES = (
    "packing.questions_per_prefix=4",
    "packing.tokens_per_row=2048",
    "packing.tokens_per_step=2048",
    "packing.max_tokens=2048",
    "optimiser.epochs=2",
    "optimiser.max_steps=4",
    "optimiser.max_grad_norm=0.01",  # only where gradients are equal, so are cut ones
    "run.checkpoint_steps=0",
)


@pytest.mark.usefixtures("one_thread")
def test_two_processes_end_where_one_does_with_the_same_batches_a_step(
    tiny_model: Path, taught_data: Path, other_data: Path, sqlft_home: Path
) -> None:
    changes = [f"base={tiny_model}", f"data={taught_data}", f"validation.data={other_data}"]
    one = train(read_recipe("tiny", changes=[*changes, *CHANGES, "packing.accumulate=2"]))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "sqlft", "train", "tiny", "--set", "run.name=two"]
    for change in (*changes, *CHANGES):
        command += ["--set", change]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("adapter  ") == 1  # the second process is silent
    folder = sqlft_home / "runs" / "train" / "two"
    ours, theirs = (
        load_file(path / "adapter_model.safetensors") for path in (one.adapter, folder / "adapter")
    )
    assert ours.keys() == theirs.keys()
    for name, weight in ours.items():
        assert torch.allclose(weight, theirs[name], rtol=1e-4, atol=1e-6), name
    lines = [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if line["kind"] == "step"]
    assert losses == pytest.approx([step.loss for step in one.history.steps], rel=1e-4)
