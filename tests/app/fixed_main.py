"""The app's own entry, with a writer of fixed answers in place of a model: for tests alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import analyst.writer
from analyst.frame import run
from analyst.writer import Writers
from sqlft.ask.writer import Writer
from sqlft.config import Decoding
from sqlft.model import Cancel, FixedGenerator, Reply
from sqlft.prompt import Prompt

REPLIES = json.loads((Path(__file__).parent / "replies.json").read_text(encoding="utf-8"))
SLOW = "take your time"


class SlowGenerator(FixedGenerator):
    """Writes for five minutes, until it is stopped, where the question asks it to."""

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        slow = any(SLOW in prompt.question for prompt in prompts)
        until = time.monotonic() + (300 if slow else 0)
        while time.monotonic() < until and not (cancel is not None and cancel()):
            time.sleep(0.02)
        return super().generate(prompts, decoding, cancel=cancel)


def fixed() -> Writers:
    default = os.environ.get("SQLFT_TEST_DEFAULT", "CANNOT_ANSWER")
    writer = SlowGenerator(REPLIES, default=default, name="fixed answers")
    return Writers(base=Writer(generator=writer))


analyst.writer.load_writers = fixed
run()
