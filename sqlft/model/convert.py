"""A GGUF file becomes a folder that transformers loads fast and peft can adapt."""

from __future__ import annotations

import io
import os
import re
from contextlib import redirect_stderr
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlft.errors import ModelError
from sqlft.model.quiet import quiet


def convert(source: Path, target: Path) -> dict[str, str]:
    """Writes bf16 safetensors, tokenizer and chat template; the versions that did it come back.

    Args:
        source: a GGUF file.
        target: an empty folder.

    Raises:
        ModelError: the file is not a model that transformers can unpack.
        OSError: the folder cannot be written.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    where: dict[str, Any] = {"gguf_file": source.name, "local_files_only": True}
    try:
        with quiet(), redirect_stderr(io.StringIO()):  # its one bar that no setting turns off
            tokenizer = AutoTokenizer.from_pretrained(source.parent, **where)
            model: Any = AutoModelForCausalLM.from_pretrained(
                source.parent, dtype=torch.float32, **where
            )
            _split_digits(source, tokenizer)
            _forget_blocks(model)
            tokenizer.save_pretrained(target)
            model.to(torch.bfloat16).save_pretrained(target)
    except SafetensorError as error:
        # the disk: nothing else is wrong with a tensor
        raise _system_error(error) or OSError(None, str(error)) from error
    except (ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        line = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(f"{source.name} cannot be converted: {line}") from error
    except Exception as error:  # tokenizers has nothing narrower for a file it cannot write
        refused = _system_error(error)
        if refused is None:
            raise
        raise refused from error
    for path in target.iterdir():
        path.chmod(0o644)  # safetensors writes for its owner alone; a shared home is read by others
    return {name: version(name) for name in ("gguf", "tokenizers", "torch", "transformers")}


def _system_error(error: Exception) -> OSError | None:
    """The system's refusal that a library written in Rust tells in words; none in other errors.

    >>> _system_error(Exception("No space left on device (os error 28)")).errno
    28
    """
    found = re.search(r"\(os error (\d+)\)", str(error))
    return OSError(int(found[1]), os.strerror(int(found[1]))) if found else None


def _split_digits(source: Path, tokenizer: Any) -> None:
    """Each digit becomes a word of its own where the file says so (``tokenizer.ggml.pre``).

    transformers 5.23 leaves this step out of what it makes of a GGUF file: before a number it then
    gives other tokens for line ends and double spaces than the model was trained on.
    """
    from gguf import GGUFReader
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    field = GGUFReader(source).get_field("tokenizer.ggml.pre")
    if field is not None and field.contents() == "smollm":
        tokenizer.backend_tokenizer.pre_tokenizer = Sequence(
            [Digits(individual_digits=True), ByteLevel(add_prefix_space=False)]
        )


def _forget_blocks(model: Any) -> None:
    """The weights are unpacked; while the model calls itself quantised, it cannot be saved."""
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
