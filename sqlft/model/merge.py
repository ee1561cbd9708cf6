"""An adapter's weights added to its base's: a model by itself."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sqlft.errors import InputError
from sqlft.model.adapter import CARD, adapter_folder, card_of
from sqlft.model.folder import written_in
from sqlft.model.loaded import LoadedModel
from sqlft.model.quiet import quiet


def merged(loaded: LoadedModel) -> LoadedModel:
    """The model with its adapter's weights in its own; the one that was given is used up.

    In bfloat16 the sums are rounded: answers may differ from the adapter's here and there.

    Raises:
        InputError: it has no adapter, or its weights are quantised.
    """
    if loaded.adapter is None:
        raise InputError("there is no adapter to merge")
    if loaded.dtype == "nf4":
        raise InputError("an adapter is not merged into 4-bit weights", hint="leave --quantize out")
    with quiet():
        model = loaded.model.merge_and_unload()
    return replace(loaded, model=model.eval(), adapter=None, adapter_key=None)


def write_merged(loaded: LoadedModel, out: Path) -> Path:
    """The folder of the merged model, with tokenizer and card; it appears whole or not at all.

    Raises:
        InputError: something has that name, or there is no adapter.
        ModelError: it cannot be written.
    """
    if out.exists():
        raise InputError(f"{out} is there already", hint="give a folder that is not")
    folder = adapter_folder(str(loaded.adapter))
    made = merged(loaded)
    partial = out.with_name(f"{out.name}.partial")
    with written_in(out.parent, hint="give a folder OUT where you can write"), quiet():
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        made.model.config.quantization_config = None  # of a base that came from GGUF
        del made.model.config.quantization_config
        made.model.save_pretrained(partial)
        made.tokenizer.save_pretrained(partial)
        card = {**card_of(folder), "merged": True}
        (partial / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        partial.rename(out)
    return out
