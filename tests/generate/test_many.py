"""Prompts of one call, over several schemas and of all lengths, are answered as each by itself."""

from pathlib import Path

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.generate import LocalGenerator
from sqlft.model import LoadedModel, load_model
from sqlft.prompt import Prompt, layout
from sqlft.schema import parse_ddl

SCHEMAS = [
    parse_ddl(
        "".join(f"CREATE TABLE t{t} (id INTEGER, {'c' * (n + 1)} VARCHAR);" for t in range(n + 1)),
        f"schema_{n}",
    )
    for n in range(3)
]
QUESTIONS = ["How many?", "a", "What is the mean of all of them, and what is the sum?", "é☃" * 9]


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> LoadedModel:
    loaded = load_model(ModelChoice(model=str(tiny_model), device="cpu"))
    loaded.model.float()  # greedy choices of random bf16 weights are often ties
    return loaded


def prompts() -> list[Prompt]:
    chosen = layout("sqlft")
    return [chosen.render(schema, question) for question in QUESTIONS for schema in SCHEMAS]


@pytest.mark.parametrize(("rows", "constrained"), [(1, True), (4, False), (32, True)])
def test_many_get_the_answers_of_one_after_another(
    tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch, rows: int, constrained: bool
) -> None:
    monkeypatch.setattr("sqlft.generate.local.most_rows", lambda model, tokens: rows)
    for candidates in (1, 3):
        decoding = Decoding(max_output_tokens=10, candidates=candidates, constrained=constrained)
        alone = [LocalGenerator(tiny).generate([prompt], decoding)[0] for prompt in prompts()]
        together = LocalGenerator(tiny).generate(prompts(), decoding)
        for one, other in zip(alone, together, strict=True):
            assert [r.text for r in one] == [r.text for r in other]
            assert [r.finish for r in one] == [r.finish for r in other]
            assert [r.prompt_tokens for r in one] == [r.prompt_tokens for r in other]
            for first, second in zip(one, other, strict=True):
                assert first.log_probability == pytest.approx(second.log_probability, abs=1e-3)


def test_cancel_ends_all_of_them_within_a_step(tiny: LoadedModel) -> None:
    asks = iter([False] * 6)
    free = Decoding(constrained=False)
    found = LocalGenerator(tiny).generate(prompts(), free, cancel=lambda: next(asks, True))
    assert {reply.finish for (reply,) in found} == {"cancelled"}
    assert max(reply.output_tokens or 0 for (reply,) in found) < 6


def test_no_prompts_get_no_replies(tiny: LoadedModel) -> None:
    assert LocalGenerator(tiny).generate([], Decoding()) == []
