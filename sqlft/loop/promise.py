"""How long an adaptation will take on this machine, measured before it starts."""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlft.config import Decoding, ModelChoice, Progress
from sqlft.data.check import check_datasets
from sqlft.data.synth import default_mix
from sqlft.data.synth.block import Order, write_block
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, write_examples
from sqlft.loop.adaptation import Plan
from sqlft.loop.measuring import measured_sides
from sqlft.loop.teaching import LOOKS, TRIED_MINUTES
from sqlft.model.adapters import NO_ADAPTER
from sqlft.prompt import Prompt, layout

_TRIED_PAIRS = 20
_PAIRS_A_PROCESS = 100
"""Fewer are made sooner than another process has started."""
_ROWS = 16
"""Prompts that are tried, and that an evaluation writes side by side."""
_TRIED_TOKENS = 9
_LOOK_READINGS = 4
"""A look reads the schema twice, each time with 16 questions and their answers: this many times
what the trial's prompts are."""
_LOOKS_A_STEP = 1.4
"""A step takes as long as so many looks: it reads half as much, and the way back takes 63 % of it.
The trial that the pace is taken from ends with a whole one."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Seconds: about, but for what is bounded: steps of training, tokens of answers."""

    pairs_s: float
    training_s: float
    asking_s: float

    @property
    def total_s(self) -> float:
        """Of all stages together."""
        return self.pairs_s + self.training_s + self.asking_s


def promise(plan: Plan, *, progress: Progress | None = None) -> Promise:
    """What making some pairs and writing some tokens tells of making and writing all.

    Asking is taken for the longest that it can be: every answer as long as may be. Nothing that
    is written stays.

    Raises:
        InputError: the database cannot be read, or there is nothing to ask of it.
        ModelError: the base cannot be loaded.
    """
    if progress is not None:
        progress("measuring this machine", None)
    read_s, token_s = _writing(plan, progress)
    longest_s = read_s + Decoding().max_output_tokens * token_s
    batches = -(-plan.options.questions // _ROWS)
    return Promise(
        pairs_s=_pairs_s(plan),
        training_s=(plan.options.minutes + TRIED_MINUTES) * 60
        + (LOOKS + _LOOKS_A_STEP) * _LOOK_READINGS * read_s,
        asking_s=batches * longest_s * len(measured_sides(plan)),
    )


def making_jobs(plan: Plan) -> int:
    """Processes that make pairs: one for each core, if there is enough for each."""
    may_use = getattr(os, "sched_getaffinity", None)
    cores = os.cpu_count() if may_use is None else len(may_use(0))
    return max(1, min(cores or 1, plan.options.wanted_pairs // _PAIRS_A_PROCESS))


def _pairs_s(plan: Plan) -> float:
    """Seconds that making and checking all pairs takes.

    What is done once a database, such as reading it whole, is in the times of the first pair.
    """
    with tempfile.TemporaryDirectory(prefix="sqlft-") as folder:
        first = _tried(plan, 1, Path(folder))
        some = _tried(plan, _TRIED_PAIRS, Path(folder))
    making = some[0] / _TRIED_PAIRS / making_jobs(plan)
    checking = max(0.0, some[1] - first[1]) / (_TRIED_PAIRS - 1)
    return first[0] + first[1] + plan.options.wanted_pairs * (making + checking)


def _tried(plan: Plan, pairs: int, folder: Path) -> tuple[float, float]:
    """Seconds that making and checking so many pairs took."""
    subject = plan.subject
    order = Order(
        place=subject.place,
        name=subject.name,
        seed=f"trial {pairs}",
        pairs=pairs,
        wordings=1,
        unanswerable_rate=0.0,
        mix=default_mix(),
    )
    path = folder / f"{pairs}.jsonl"
    began = time.monotonic()
    write_block(order, path)
    made_s = time.monotonic() - began
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    examples = [
        Example(id=str(n), database=subject.name, question=one["question"], gold=(one["sql"],))
        for n, one in enumerate(lines)
        if "sql" in one
    ]
    if not examples:
        raise InputError(
            f"nothing could be asked of {subject.place.shown}", hint="have its tables rows?"
        )
    write_examples(path, examples)
    where = subject.bundled or Path(subject.place.location)
    described = Dataset(name="trial", examples_path=path, databases={subject.name: where})
    began = time.monotonic()
    check_datasets([described])
    return made_s, time.monotonic() - began


def _writing(plan: Plan, progress: Progress | None) -> tuple[float, float]:
    """Seconds that a batch of prompts takes to be read, and each token of it to be written."""
    from sqlft.generate import LocalGenerator
    from sqlft.model import load_model

    options = plan.options
    choice = ModelChoice(model=options.model, adapter=NO_ADAPTER, device=options.device)
    generator = LocalGenerator(load_model(choice, progress=progress))
    if progress is not None:
        progress("measuring this machine", None)
    prompts = _prompts(plan, generator.layout)

    def seconds(tokens: int) -> float:
        began = time.monotonic()
        decoding = Decoding(max_output_tokens=tokens, constrained=False)
        generator.generate(prompts, decoding)
        return time.monotonic() - began

    first_s = seconds(1)
    again_s = seconds(1)  # the schema is read already
    return first_s, max(0.0, seconds(_TRIED_TOKENS) - again_s) / (_TRIED_TOKENS - 1)


def _prompts(plan: Plan, layout_name: str) -> list[Prompt]:
    written = layout(layout_name)
    tables = [plan.schema.tables[n % len(plan.schema.tables)].name for n in range(_ROWS)]
    return [
        written.render(plan.schema, f"How many rows has {table}, question {number}?")
        for number, table in enumerate(tables)
    ]
