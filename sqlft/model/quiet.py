"""Silence around the libraries that load models: what they advise is for their own users."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Importing bitsandbytes on a CPU with bf16 looks for a kernel on the model hub, and says through
# this logger that it goes on without one.
_BITSANDBYTES_CPU = logging.getLogger("bitsandbytes.backends.cpu.ops")


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, transformers, peft and the hub client show no progress bars and no advice.

    What was set before is set again at its end. Errors still come as exceptions.
    """
    from huggingface_hub import utils
    from transformers.utils import logging as transformers_logging

    hub: Any = utils  # re-exports what it does not declare; transformers' functions have no types
    chatter: Any = transformers_logging
    level, bars = chatter.get_verbosity(), chatter.is_progress_bar_enabled()
    hub_bars = not hub.are_progress_bars_disabled()
    chatter.set_verbosity_error()
    chatter.disable_progress_bar()
    hub.disable_progress_bars()
    _BITSANDBYTES_CPU.addFilter(_not_the_kernel)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _BITSANDBYTES_CPU.removeFilter(_not_the_kernel)
        chatter.set_verbosity(level)
        if bars:
            chatter.enable_progress_bar()
        if hub_bars:
            hub.enable_progress_bars()


def _not_the_kernel(record: logging.LogRecord) -> bool:
    return "gemm_4bit_forward" not in str(record.msg)
