"""Where a model runs, and in which type of number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlft.errors import ModelError

if TYPE_CHECKING:
    import torch


def chosen_device(wanted: str) -> str:
    """``cuda`` or ``cpu``; ``auto`` is CUDA where there is any.

    Raises:
        ModelError: CUDA is wanted and there is none.
    """
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise ModelError("there is no CUDA device here", hint="--device cpu")
    if not there or wanted == "cpu":
        return "cpu"
    # On an H100 (torch 2.11, CUDA 13) cuDNN's attention failed to execute for some lengths of keys
    # under a mask; the other kernels take them all.
    torch.backends.cuda.enable_cudnn_sdp(False)
    return "cuda"


def chosen_dtype(device: str) -> torch.dtype:
    """bfloat16 where the hardware computes in it; else float16 on CUDA and float32 on a CPU."""
    import torch

    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if _cpu_computes_bf16() else torch.float32


def _cpu_computes_bf16() -> bool:
    import torch

    # Older releases of torch cannot be asked; fp32 is right everywhere, only slower.
    ask = getattr(torch.cpu, "get_capabilities", dict)
    found: Mapping[str, Any] = ask()
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
