"""Predictors by name and from files: what they say is what is measured, or one clear error."""

from pathlib import Path

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.config.evaluation import STRATEGIES, Asking, Prices
from sqlft.errors import InputError
from sqlft.evaluate import Predictor, parse_predictors, read_predictors_file
from sqlft.evaluate.predictor import predictor_of

COMMON = Predictor(
    name="",
    choice=ModelChoice(model="base", layout="ddl"),
    decoding=Decoding(max_output_tokens=99),
    asking=Asking(shots=2),
)


def from_file(folder: Path, text: str) -> tuple[Predictor, ...]:
    path = folder / "eval.toml"
    path.write_text(text)
    return read_predictors_file(path, COMMON)


def test_every_strategy_is_a_predictor_with_the_common_options():
    found = parse_predictors(",".join(STRATEGIES), COMMON)
    assert [one.name for one in found] == [one.asking.strategy for one in found] == [*STRATEGIES]
    assert {(one.choice.model, one.decoding, one.asking.shots) for one in found} == {
        ("base", COMMON.decoding, 2)
    }
    assert not any(one.is_tuned for one in found)


def test_an_adapter_is_asked_as_the_product_asks_it():
    (found,) = parse_predictors("adapter:runs/shop", COMMON)
    assert found.choice == ModelChoice(model="base", adapter="runs/shop", layout=None)
    assert found.asking.strategy == "rag" and found.is_tuned


def test_an_adapter_at_the_products_settings_is_a_predictor_of_its_own():
    equal, shipped = parse_predictors("adapter:runs/shop,ask:runs/shop", COMMON)
    assert shipped.choice == equal.choice and shipped.asking == equal.asking
    assert equal.decoding == COMMON.decoding and shipped.decoding == Decoding()


def test_a_model_by_itself_is_no_tuned_one():
    by_itself = Predictor(name="base", choice=ModelChoice(adapter="none"))
    assert by_itself.adapter is None and not by_itself.is_tuned


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no predictor is named"),
        ("bare,bear", "no such predictor: bear"),
        ("bare,rag,bare", "the predictor bare is named twice"),
        ("few-shot:cosine", "no such predictor: few-shot:cosine"),
    ],
)
def test_a_predictor_that_is_none_is_refused(text, said):
    with pytest.raises(InputError, match=said):
        parse_predictors(text, COMMON)


def test_a_file_names_models_keys_prices_and_options(tmp_path):
    (tmp_path / "shop").mkdir()
    text = """
        [common]
        max_output_tokens = 50
        [predictors.gpt]
        model = "endpoint:gpt@https://host.example/v1"
        api_key_variable = "SHOP_KEY"
        strategy = "few-shot:bm25"
        shots = 3
        price_per_million_prompt_tokens = 2.5
        [predictors.tuned]
        adapter = "shop"
        tuning_price = 12
        candidates = 4
        temperature = 0.7
        [predictors."tuned, bare"]
        adapter = "shop"
        strategy = "bare"
    """
    gpt, tuned, bare = from_file(tmp_path, text)
    assert gpt.choice.api_key_variable == "SHOP_KEY" and gpt.choice.layout == "ddl"
    assert (gpt.asking.strategy, gpt.asking.shots) == ("few-shot:bm25", 3)
    assert gpt.prices == Prices(price_per_million_prompt_tokens=2.5) and not gpt.is_tuned
    assert tuned.choice.adapter == str(tmp_path / "shop") and tuned.choice.layout is None
    assert tuned.asking.strategy == "rag" and bare.asking.strategy == "bare"
    assert tuned.decoding == Decoding(max_output_tokens=50, candidates=4, temperature=0.7)
    assert bare.name == "tuned, bare" and bare.decoding == Decoding(max_output_tokens=50)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "is not TOML"),
        ("", "names no predictor"),
        ("[extra]", "unknown table 'extra'"),
        ("predictors = 3", "predictors must be a table"),
        ("[predictors.a]\nmodle = 'b'", "predictor a: unknown option 'modle'"),
        ("[predictors.a]\nshots = 'many'", "predictor a: shots .*whole number"),
        ("[predictors.a]\nstrategy = 'magic'", "must be one of bare"),
        ("[predictors]\na = 1", "a must be a table"),
    ],
)
def test_a_file_that_says_what_it_cannot_is_refused_with_its_name(tmp_path, text, said):
    with pytest.raises(InputError, match=said) as caught:
        from_file(tmp_path, text)
    assert "eval.toml" in caught.value.message


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_predictors_file(tmp_path / "none.toml", COMMON)


def test_a_predictor_comes_back_from_what_is_kept_of_it():
    for one in (*parse_predictors("bare,few-shot:jaccard,adapter:x", COMMON), COMMON):
        assert predictor_of(one.as_dict()) == one
    kept = COMMON.as_dict()
    del kept["decoding"]["beams"]  # as it was before there were any
    assert predictor_of(kept).decoding.beams == 1
    kept["choice"]["no_more"] = 1
    with pytest.raises(InputError, match="another version"):
        predictor_of(kept)
