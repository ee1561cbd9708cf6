"""What exhausts a machine while it trains, told in one line."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from sqlft.errors import ModelError
from sqlft.train.estimate import Estimate

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = ("no space left", "file too large", "disk quota", "iostream error", "unexpected pos")
_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "std::bad_alloc")


@contextmanager
def told_plainly(folder: Path, needed: Estimate) -> Iterator[None]:
    """Within it, a full memory or disk is a ModelError that says what to do.

    Args:
        folder: the run's; what was sealed in it before stays good.
        needed: what the training was thought to need.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _no_memory(needed) from error
    except OSError as error:
        if error.errno in _FULL:
            raise _no_space(folder) from error
        raise
    except Exception as error:  # torch and safetensors tell both in words alone
        said = str(error).lower()
        if isinstance(error, RuntimeError) and any(words in said for words in _MEMORY_WORDS):
            raise _no_memory(needed) from error
        if any(words in said for words in _FULL_WORDS):
            raise _no_space(folder) from error
        raise


def _no_memory(needed: Estimate) -> ModelError:
    return ModelError(
        f"the memory is exhausted; this training was estimated to need {needed}",
        hint="lower packing.tokens_per_step and packing.tokens_per_row, or set "
        "optimiser.gradient_checkpointing=true or quantize=nf4",
    )


def _no_space(folder: Path) -> ModelError:
    return ModelError(
        f"the disk that holds {folder} is full; what was saved before is whole",
        hint=f"free some space, then: sqlft train --resume {folder.name.removesuffix('.partial')}",
    )
