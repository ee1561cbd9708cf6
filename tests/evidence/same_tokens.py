"""Whether kept prefixes change what is written: greedy answers with them, and of stock generation.

    python tests/evidence/same_tokens.py DATASET [--prompts 200] [--stock 60] [--adapter FOLDER]

Each question is asked by itself, as `sqlft ask` asks it but unconstrained: of a generator that
keeps the schemas it has read, of one that reads every prompt anew, and, the first ``--stock`` of
them, of `transformers.generate`, which reads the prompt in one piece. The first two must write the
same tokens; between them and the third, rounding in bfloat16 may decide between two tokens that are
as good as equally likely.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from sqlft.config import Decoding, ModelChoice
from sqlft.data.places import database_of
from sqlft.database import close_workers
from sqlft.examples import dataset
from sqlft.generate import LocalGenerator
from sqlft.model import load_model
from sqlft.prompt import Prompt, layout, notes_for, tokenise
from sqlft.schema import match_values, read_schema

GREEDY = Decoding(beams=1, constrained=False)


def prompts(folder: Path, count: int, layout_name: str) -> Iterator[Prompt]:
    """Prompts of questions drawn at random, those over one database together."""
    described = dataset(folder)
    examples = list(described.examples())
    random.Random(0).shuffle(examples)
    for example in sorted(examples[:count], key=lambda one: one.database):
        place = database_of(described, example.database)
        schema = read_schema(place)
        yield layout(layout_name).render(
            schema,
            example.question,
            values=match_values(place, schema, example.question),
            notes=notes_for(schema, example.question),
        )


def stock(loaded: Any, prompt: Prompt) -> str:
    """What `transformers` writes, without the end."""
    ids = torch.tensor([tokenise(prompt, loaded.tokenizer).ids])
    with torch.inference_mode():
        written = loaded.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False,
            max_new_tokens=GREEDY.max_output_tokens, pad_token_id=loaded.tokenizer.eos_token_id,
        )  # fmt: skip
    new = written[0, ids.shape[1] :]
    return str(loaded.tokenizer.decode(new, skip_special_tokens=True)).split("\n")[0]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--prompts", type=int, default=200)
    parser.add_argument("--stock", type=int, default=60)
    parser.add_argument("--adapter", default="default")
    asked = parser.parse_args(words)
    loaded = load_model(ModelChoice(adapter=asked.adapter))
    keeping = LocalGenerator(loaded)
    made = list(prompts(asked.dataset, asked.prompts, keeping.layout))
    close_workers()
    unlike_anew, unlike_stock = 0, 0
    for number, prompt in enumerate(made):
        ((kept,),) = keeping.generate([prompt], GREEDY)
        ((anew,),) = LocalGenerator(loaded).generate([prompt], GREEDY)
        unlike_anew += kept.text != anew.text or kept.output_tokens != anew.output_tokens
        if number < asked.stock:
            unlike_stock += kept.text != stock(loaded, prompt)
    print(f"{len(made)} prompts over {len({prompt.schema_text for prompt in made})} schemas")
    print(f"with kept prefixes and read anew: {unlike_anew} differ")
    beside = min(asked.stock, len(made))
    print(f"with kept prefixes and by transformers.generate: {unlike_stock} of {beside} differ")
    return 0 if unlike_anew == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
