"""Masks over tokens: what a model writes under one is a sentence, whatever it would rather say."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sqlft.config import Decoding, ModelChoice
from sqlft.generate import LocalGenerator
from sqlft.generate.grammar.canonical import canonical_sentences
from sqlft.generate.grammar.machine import narrow_text
from sqlft.generate.grammar.masks import Masks
from sqlft.generate.grammar.sentence_mask import SentenceMask
from sqlft.generate.grammar.vocabulary import Vocabulary, vocabulary
from sqlft.model import LoadedModel, load_model
from sqlft.prompt import Prompt, layout
from sqlft.schema import parse_ddl
from sqlft.sql import check_sql

HERE = Path(__file__).parent
SHOP = parse_ddl((HERE / "grammar_schema.sql").read_text(encoding="utf-8"), "shop")
QUERIES = (
    "FROM customers SELECT city, COUNT(*) WHERE joined > '2024-02-29' GROUP BY city",
    "FROM orders JOIN customers ON orders.customer_id = customers.customer_id SELECT "
    "customers.name WHERE customers.city = 'Größe 東京' ORDER BY orders.total DESC LIMIT 3",
    'FROM "Order Log" SELECT "東京" WHERE "Größe" IS NOT NULL',
    "no answer",
)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> LoadedModel:
    loaded = load_model(ModelChoice(model=str(tiny_model), layout="sqlft", device="cpu"))
    loaded.model.float()
    return loaded


@pytest.fixture(scope="module")
def words(embedded_model: Path) -> Vocabulary:
    from transformers import AutoTokenizer

    return vocabulary(AutoTokenizer.from_pretrained(embedded_model), frozenset({0, 2}))


def mask_of(words: Vocabulary) -> SentenceMask:
    return SentenceMask(canonical_sentences(SHOP, "no answer"), words)


def asked(question: str) -> Prompt:
    return layout("sqlft").render(SHOP, question)


@pytest.mark.parametrize("sql", QUERIES)
def test_a_query_is_let_through_as_the_tokenizer_cuts_it_and_ends(
    words: Vocabulary, sql: str
) -> None:
    mask = mask_of(words)
    ids = words.tokens(narrow_text(sql))
    for at, token in enumerate(ids):
        assert mask.allows(ids[:at], token)
        forced = mask.forced(ids[:at])
        assert ids[at : at + len(forced)] == forced
    assert mask.allows(ids, 2)
    assert not mask.allows(ids[:-1], 2)


def test_the_whole_mask_is_that_of_every_token_looked_at_alone(words: Vocabulary) -> None:
    mask = mask_of(words)
    ids = words.tokens(narrow_text(QUERIES[1]))
    for end in (0, 2, 9, 17, len(ids) - 2, len(ids)):
        logits = torch.zeros(1, len(words.texts))
        mask.narrow(logits, [ids[:end]])
        alone = [token for token in range(len(words.texts)) if mask.allows(ids[:end], token)]
        assert (logits[0] == 0).nonzero()[:, 0].tolist() == alone
        assert alone


def test_a_special_token_is_never_let_through_but_an_end_mark(words: Vocabulary) -> None:
    mask = mask_of(words)
    ids = words.tokens("FROM customers SELECT name WHERE city = 'x")
    assert not any(mask.allows(ids, token) for token in range(17))
    assert not words.texts[1]


def test_most_tokens_of_a_join_are_forced_and_need_no_step(words: Vocabulary) -> None:
    mask = mask_of(words)
    ids = words.tokens(narrow_text(QUERIES[1]))
    at = steps = 0
    while at < len(ids):
        steps += 1
        at += 1
        at += len(mask.forced(ids[:at]))
    print(f"{len(ids)} tokens, {steps} steps")
    assert steps <= 0.7 * len(ids)


@pytest.mark.parametrize(("candidates", "temperature"), [(1, 0.0), (4, 0.8)])
def test_a_model_that_knows_nothing_writes_only_what_can_run(
    tiny: LoadedModel, candidates: int, temperature: float
) -> None:
    decoding = Decoding(
        max_output_tokens=600, candidates=candidates, temperature=temperature, seed=5
    )
    prompts = [asked(f"question {number}") for number in range(2)]
    written = [r for rs in LocalGenerator(tiny).generate(prompts, decoding) for r in rs]
    whole = [reply.text for reply in written if reply.finish == "stop"]
    assert len(whole) > 0.8 * len(written)  # a token is a byte here: some ways are too long
    for text in whole:
        assert text == "no answer" or check_sql(text, SHOP).ok


UNFINISHED = (
    "",
    "FROM orders JOIN ",
    "FROM orders SELECT ROUND(ABS(SQRT(ROUND(",
    "FROM orders SELECT total WHERE total > 3 OR ",
    "FROM customers SELECT CASE WHEN city = 'a",
    "FROM orders SELECT SUM(total) OVER (",
    "WITH a AS (FROM orders SELECT ",
    "FROM orders SELECT total UNION ",
    "FROM customers SELECT city WHERE city LIKE ",
    "FROM customers SELECT name WHERE joined > '20",
    "FROM orders SELECT total WHERE customer_id = "
    + "(FROM customers SELECT customer_id WHERE customer_id = " * 3,
)


@pytest.mark.parametrize("begun", UNFINISHED)
def test_what_is_begun_can_be_closed_and_is_then_a_query(words: Vocabulary, begun: str) -> None:
    mask = mask_of(words)
    ids = words.tokens(begun)
    *closing, end = mask.closing(ids)
    assert end in words.end_ids
    for token in closing:
        assert mask.allows(ids, token)
        ids = (*ids, token)
    assert mask.allows(ids, end)
    text = "".join(words.texts[token] for token in ids)
    assert text == "no answer" or check_sql(text, SHOP).ok


def test_unconstrained_it_writes_what_it_likes(tiny: LoadedModel) -> None:
    decoding = Decoding(max_output_tokens=20, constrained=False)
    ((reply, *_),) = LocalGenerator(tiny).generate([asked("a")], decoding)
    assert canonical_sentences(SHOP, "no answer").follow(narrow_text(reply.text)) is None


def test_a_tokenizer_that_is_not_known_is_told_once_and_leaves_answers_free(
    tiny: LoadedModel,
) -> None:
    class Slow:
        eos_token_id = 2

    strange = replace(tiny, tokenizer=Slow())
    masks = Masks(strange)
    with pytest.warns(UserWarning, match="writes unconstrained: its tokenizer is not one"):
        assert masks.mask(asked("a")) is None
    assert masks.mask(asked("b")) is None


@pytest.mark.parametrize("name", ["ddl", "sqlcoder"])
def test_ordinary_layouts_are_held_to_ordinary_sql_over_the_schema(
    tiny: LoadedModel, name: str
) -> None:
    mask = Masks(tiny).mask(layout(name).render(SHOP, "a"))
    assert mask is not None
    words = vocabulary(tiny.tokenizer, tiny.end_ids)

    def allowed(text: str) -> bool:
        ids = words.tokens(text)
        return all(mask.allows(ids[:at], token) for at, token in enumerate(ids))

    assert allowed("SELECT salary FROM employees;")
    assert allowed(layout(name).refusal)
    assert not allowed("SELECT salary FROM customers")
    assert not allowed("FROM employees SELECT salary")


def test_a_prompt_that_shows_no_schema_leaves_answers_free(tiny: LoadedModel) -> None:
    assert Masks(tiny).mask(replace(asked("a"), schema=None)) is None
