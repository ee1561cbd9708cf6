"""What questions over one schema share is read once, and changes no token."""

from pathlib import Path
from typing import Any

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.generate import LocalGenerator
from sqlft.generate.prefixes import Prefixes, bytes_of
from sqlft.model import LoadedModel, load_model
from sqlft.prompt import layout, tokenise
from sqlft.schema import parse_ddl

SCHEMAS = [
    parse_ddl("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR, total DECIMAL)", "shop"),
    parse_ddl("CREATE TABLE patients (id INTEGER, born DATE, ward VARCHAR)", "clinic"),
]
QUESTIONS = ["How many?", "Which is the first?", "What is the mean of all?", "And the last one?"]
GREEDY = Decoding(max_output_tokens=12)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> LoadedModel:
    return load_model(ModelChoice(model=str(tiny_model), device="cpu"))


def prompts() -> list[Any]:
    chosen = layout("sqlft")
    return [chosen.render(schema, question) for question in QUESTIONS for schema in SCHEMAS]


def test_a_kept_prefix_changes_no_token(tiny: LoadedModel) -> None:
    kept = LocalGenerator(tiny)
    for decoding in (GREEDY, Decoding(max_output_tokens=12, temperature=0.9, candidates=3)):
        for prompt in prompts():
            fresh = LocalGenerator(tiny)
            assert kept.generate([prompt], decoding) == fresh.generate([prompt], decoding)


def test_the_shared_part_is_read_once(tiny: LoadedModel) -> None:
    read: list[int] = []
    hook = tiny.model.register_forward_pre_hook(
        lambda _model, _args, kwargs: read.append(kwargs["input_ids"].shape[1]), with_kwargs=True
    )
    try:
        writer, prompt = LocalGenerator(tiny), prompts()[0]
        writer.generate([prompt], Decoding(max_output_tokens=1))
        tokens = tokenise(prompt, tiny.tokenizer)
        rest = len(tokens.ids) - tokens.shared_tokens
        assert read == [tokens.shared_tokens, rest]
        writer.generate([prompt], Decoding(max_output_tokens=1))
        assert read == [tokens.shared_tokens, rest, rest]
    finally:
        hook.remove()


def cache_of(tiny: LoadedModel, length: int) -> Any:
    import torch
    from transformers import DynamicCache

    cache = DynamicCache(config=tiny.model.config)
    with torch.inference_mode():
        tiny.model(input_ids=torch.zeros((1, length), dtype=torch.long), past_key_values=cache)
    return cache


def test_kept_bytes_stay_within_their_bound(tiny: LoadedModel) -> None:
    one = cache_of(tiny, 64)
    each = bytes_of(one)
    prefixes = Prefixes(kept_mib=1)
    fits = 2**20 // each
    for number in range(fits + 3):
        prefixes.keep((number,), one)
    assert prefixes.take((0,)) is None and prefixes.take((2,)) is None
    assert prefixes.take((3,)) is not None


def test_what_is_taken_is_a_copy(tiny: LoadedModel) -> None:
    prefixes = Prefixes()
    prefixes.keep((1, 2), cache_of(tiny, 2))
    prefixes.take((1, 2)).crop(-1)
    assert prefixes.take((1, 2)).get_seq_length() == 2
