"""A tiny random Llama, and lessons of random tokens for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from sqlft.examples import Example, write_examples
from sqlft.train.lesson import Lesson

VOCABULARY = 97


@pytest.fixture
def tiny_llama():
    """Two layers with grouped heads, in fp32."""
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        eos_token_id=1,
        tie_word_embeddings=True,
        attn_implementation="sdpa",
    )
    return LlamaForCausalLM(config)


def random_lesson(rng: random.Random, name: str, prefix: tuple[int, ...]) -> Lesson:
    """A lesson of random tokens behind the prefix."""

    def drawn(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randrange(2, VOCABULARY) for _ in range(rng.randint(low, high)))

    return Lesson(id=name, prefix=prefix, question=drawn(1, 7), answer=(*drawn(1, 9), 1))


@pytest.fixture
def lessons() -> list[Lesson]:
    """17 lessons over four prefixes, one of them empty."""
    rng = random.Random(5)
    found = []
    for group, (size, count) in enumerate([(11, 7), (5, 3), (0, 4), (23, 3)]):
        prefix = tuple(rng.randrange(2, VOCABULARY) for _ in range(size))
        found += [random_lesson(rng, f"{group}-{number}", prefix) for number in range(count)]
    return found


def made_dataset(folder: Path, words: str, count: int) -> Path:
    """A dataset over two databases, its questions beginning with the words."""
    (folder / "databases").mkdir(parents=True)
    ddl = {
        "inn": "CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, city VARCHAR, age INTEGER);"
        "CREATE TABLE stays (guest_id INTEGER REFERENCES guests(guest_id), nights INTEGER);"
        "INSERT INTO guests SELECT i, CASE WHEN i % 2 = 0 THEN 'Rome' ELSE 'Oslo' END, i "
        "FROM range(20) t(i)",
        "zoo": "CREATE TABLE animals (kind VARCHAR, weight INTEGER);"
        "INSERT INTO animals VALUES ('ape', 90), ('cat', 4)",
    }
    for name, statements in ddl.items():
        with duckdb.connect(str(folder / "databases" / f"{name}.duckdb")) as connection:
            connection.execute(statements)
    shapes = (
        (
            "inn",
            "{} how many guests are older than {}?",
            "SELECT count(*) FROM guests WHERE age > {}",
        ),
        ("inn", "{} who of Rome is {}?", "SELECT guest_id FROM guests WHERE age = {}"),
        ("zoo", "{} what weighs over {}?", "SELECT kind FROM animals WHERE weight > {}"),
    )
    made = []
    for at in range(count):
        database, question, gold = shapes[at % 3]
        made.append(
            Example(
                id=f"{words}-{at}",
                database=database,
                question=question.format(words, at),
                gold=(gold.format(at),),
            )
        )
    write_examples(folder / "examples.jsonl", made)
    return folder


@pytest.fixture(scope="session")
def taught_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 examples to teach."""
    return made_dataset(tmp_path_factory.mktemp("taught") / "shopkeepers", "Tell me,", 24)


@pytest.fixture(scope="session")
def other_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """9 examples that are not among them."""
    return made_dataset(tmp_path_factory.mktemp("other") / "visitors", "Does anybody know", 9)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tests share the machine: threads that wait for each other would take most of the time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
