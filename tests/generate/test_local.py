"""Local weights write answers: the right tokens, the right ends, the same in every thread."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.errors import InputError
from sqlft.generate import LocalGenerator
from sqlft.model import LoadedModel, load_model
from sqlft.model.quiet import quiet
from sqlft.prompt import Message, Prompt, Segment, tokenise

GREEDY = Decoding(max_output_tokens=24, beams=1)
SAMPLED = Decoding(max_output_tokens=24, temperature=0.8, candidates=4, seed=3)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> LoadedModel:
    loaded = load_model(ModelChoice(model=str(tiny_model), device="cpu"))
    loaded.model.float()  # greedy choices of random bf16 weights are often ties
    return loaded


@pytest.fixture(scope="module")
def embedded(embedded_model: Path) -> LoadedModel:
    return load_model(ModelChoice(model=str(embedded_model), device="cpu"))


def asked(question: str, *, stop: tuple[str, ...] = ()) -> Prompt:
    message = Message(role="user", segments=(Segment(text=question),))
    return Prompt(layout="ddl", messages=(message,), question=question, schema_text="", stop=stop)


def stock_ids(loaded: LoadedModel, prompt: Prompt, most: int) -> list[int]:
    """What transformers' own greedy decoding writes."""
    import torch

    ids = torch.tensor([tokenise(prompt, loaded.tokenizer).ids])
    written: Any = loaded.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=most,
        do_sample=False,
    )
    return list(written[0, ids.shape[1] :].tolist())


def text_of(loaded: LoadedModel, ids: list[int]) -> str:
    return str(loaded.tokenizer.decode(ids, skip_special_tokens=True))


def test_greedy_writes_what_transformers_writes(tiny: LoadedModel) -> None:
    for question in ("how many orders?", "a", "é ☃" * 20, "x" * 700):
        prompt = asked(question)
        ((reply,),) = LocalGenerator(tiny).generate([prompt], GREEDY)
        ids = stock_ids(tiny, prompt, 24)
        assert (reply.text, reply.output_tokens) == (text_of(tiny, ids), len(ids))
        assert reply.prompt_tokens == len(tokenise(prompt, tiny.tokenizer).ids)


def test_the_embedded_model_writes_what_transformers_writes_and_knows_its_capital(
    embedded: LoadedModel,
) -> None:
    prompt = asked("What is the capital of France?")
    ((reply,),) = LocalGenerator(embedded).generate([prompt], GREEDY)
    ids = stock_ids(embedded, prompt, 24)
    assert reply.text == text_of(embedded, ids)
    assert "Paris" in reply.text
    assert (reply.finish, ids[-1]) == ("stop", 2)
    assert reply.output_tokens == len(ids)


def test_with_an_adapter_it_writes_what_transformers_writes_with_it(
    tiny_model: Path, tmp_path: Path, tiny: LoadedModel
) -> None:
    from peft import LoraConfig, get_peft_model

    with quiet():
        base = load_model(ModelChoice(model=str(tiny_model), device="cpu")).model
        config = LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
        get_peft_model(base, config).save_pretrained(tmp_path / "adapter")
    choice = ModelChoice(model=str(tiny_model), adapter=str(tmp_path / "adapter"), device="cpu")
    adapted = load_model(choice)
    adapted.model.float()
    prompt = asked("how many orders?")
    ((reply,),) = LocalGenerator(adapted).generate([prompt], GREEDY)
    with quiet():
        assert reply.text == text_of(adapted, stock_ids(adapted, prompt, 24))
    assert reply.text != LocalGenerator(tiny).generate([prompt], GREEDY)[0][0].text


def test_the_log_probability_is_that_of_the_written_tokens(tiny: LoadedModel) -> None:
    import torch

    prompt = asked("how many orders?")
    ((reply,),) = LocalGenerator(tiny).generate([prompt], GREEDY)
    start = list(tokenise(prompt, tiny.tokenizer).ids)
    ids = stock_ids(tiny, prompt, 24)
    with torch.inference_mode():
        logits = tiny.model(torch.tensor([start + ids])).logits[0, len(start) - 1 : -1]
    expected = logits.log_softmax(-1).gather(1, torch.tensor(ids)[:, None]).sum().item()
    assert reply.log_probability == pytest.approx(expected, abs=1e-3)


def test_sampled_candidates_come_again_with_their_seed_and_differ_with_another(
    tiny: LoadedModel,
) -> None:
    writer = LocalGenerator(tiny)
    (first,) = writer.generate([asked("a")], SAMPLED)
    assert writer.generate([asked("a")], SAMPLED) == [first]
    ((again), other) = writer.generate([asked("a"), asked("b")], SAMPLED)
    assert [reply.text for reply in first] == [reply.text for reply in again]
    assert len({reply.text for reply in first}) == 4
    (changed,) = writer.generate([asked("a")], replace(SAMPLED, seed=4))
    assert {r.text for r in changed} != {r.text for r in first}
    assert len(other) == 4
    chances = [reply.log_probability or 0.0 for reply in first]
    assert chances == sorted(chances, reverse=True)


def test_a_candidate_does_not_depend_on_how_many_there_are(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    (four,) = writer.generate([asked("a")], SAMPLED)
    ((one,),) = writer.generate([asked("a")], replace(SAMPLED, candidates=1))
    assert one.text in {reply.text for reply in four}


def test_sixteen_threads_get_the_answers_of_one_after_another(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    prompts = [asked(f"question {number}") for number in range(16)]
    expected = [writer.generate([prompt], SAMPLED) for prompt in prompts]
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda prompt: writer.generate([prompt], SAMPLED), prompts))
    assert found == expected


def test_a_stop_text_ends_the_answer_and_is_cut_off(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    ((whole,),) = writer.generate([asked("a")], GREEDY)
    mark = whole.text[5:7]
    ((reply,),) = writer.generate([asked("a", stop=("never seen", mark))], GREEDY)
    assert reply.text == whole.text[: whole.text.index(mark)]
    assert reply.finish == "stop"
    assert (reply.output_tokens or 0) < (whole.output_tokens or 0)


def test_an_answer_ends_at_its_most_tokens(tiny: LoadedModel) -> None:
    ((reply, *_),) = LocalGenerator(tiny).generate([asked("a")], Decoding(max_output_tokens=3))
    assert (reply.finish, reply.output_tokens) == ("length", 3)


def test_cancel_ends_the_writing_within_a_step(tiny: LoadedModel) -> None:
    asks = iter([False, False, False, True])
    ((reply,),) = LocalGenerator(tiny).generate([asked("a")], GREEDY, cancel=lambda: next(asks))
    assert reply.finish == "cancelled"
    assert reply.output_tokens == 2  # asked before reading the prompt, and before each token


def test_a_cancelled_question_does_not_wait_for_another_to_end(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    writing, over = threading.Event(), threading.Event()

    def hold() -> bool:
        writing.set()
        return over.wait(20)

    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(writer.generate, [asked("a")], GREEDY, cancel=hold)
        assert writing.wait(20)
        ((reply,),) = writer.generate([asked("b")], GREEDY, cancel=lambda: True)
        assert reply.finish == "cancelled"
        over.set()
        assert held.result()[0][0].finish == "cancelled"


@pytest.mark.parametrize("beams", [1, 4])
def test_the_deadline_ends_the_writing_with_what_is_there(tiny: LoadedModel, beams: int) -> None:
    def slow() -> bool:
        time.sleep(0.05)
        return False

    decoding = Decoding(max_output_tokens=200, write_timeout_s=2.0, beams=beams)
    began = time.monotonic()
    ((reply,),) = LocalGenerator(tiny).generate([asked("a")], decoding, cancel=slow)
    assert reply.finish == "timeout"
    assert time.monotonic() - began < 8  # all 200 tokens would take 10 s at least
    assert 0 < (reply.output_tokens or 0) < 200


def test_a_prompt_that_does_not_fit_is_told_with_its_numbers(tiny: LoadedModel) -> None:
    with pytest.raises(InputError, match=r"has 2,\d\d\d tokens, .* 24 .* the 2,048 that"):
        LocalGenerator(tiny).generate([asked("x" * 2040)], GREEDY)


def test_of_several_candidates_at_temperature_0_one_is_greedy(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    ((greedy,),) = writer.generate([asked("a")], GREEDY)
    (found,) = writer.generate([asked("a")], replace(GREEDY, candidates=4))
    assert [reply.text for reply in found].count(greedy.text) == 1
    assert len({reply.text for reply in found}) == 4


def test_it_tells_what_it_was_made_of(tiny: LoadedModel) -> None:
    writer = LocalGenerator(tiny)
    assert (writer.name, writer.adapter, writer.layout) == (tiny.name, None, "ddl")
