"""Endpoints before anything is sent: one clear line for a wrong address, key or option."""

import subprocess
import sys

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.errors import InputError, ModelError
from sqlft.model import EndpointGenerator
from sqlft.prompt import Prompt

SECRET = "sk-very-secret-1234567890"


def test_no_server_is_one_line() -> None:
    prompt = Prompt(layout="ddl", messages=(), question="?", schema_text="")
    writer = EndpointGenerator(ModelChoice(model="endpoint:m@http://127.0.0.1:9/v1"))
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached") as caught:
        writer.generate([prompt], Decoding())
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "endpoint:",
        "endpoint:m",
        "endpoint:@http://h/v1",
        "endpoint:m@ftp://h",
        "endpoint:m@httpx://h",
        "endpoint:m@http://",
        "endpoint:m@http://h:99999",
        "endpoint:m@http://h:0",
        "endpoint:m@http://[::1",
        "endpoint:m@http://h/ v1",
        f"endpoint:m@https://user:{SECRET}@h/v1",
        f"endpoint:m@https://h/v1?key={SECRET}",
        f"endpoint:m@https://h/v1#{SECRET}",
        "endpoint:a\nb@http://h",
    ],
)
def test_a_wrong_address_is_one_line_that_repeats_no_secret(text: str) -> None:
    with pytest.raises(InputError, match="endpoint") as caught:
        EndpointGenerator(ModelChoice(model=text))
    assert caught.value.hint and SECRET not in f"{caught.value}{caught.value.hint}"


def test_a_missing_or_impossible_key_is_one_line_that_repeats_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(variable: str | None, message: str) -> None:
        chosen = ModelChoice(model="endpoint:m@https://a.invalid/v1", api_key_variable=variable)
        with pytest.raises(InputError, match=message) as caught:
            EndpointGenerator(chosen)
        assert SECRET not in f"{caught.value}{caught.value.hint}"
        assert "gsk_abc" not in f"{caught.value}{caught.value.hint}"

    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    refused(None, "OPENAI_API_KEY is not set")
    refused("gsk_abc", "variable of --api-key-variable is not set")
    refused(SECRET, "takes the name of an environment variable")
    monkeypatch.setenv("ENDPOINT_KEY", f"{SECRET}\n{SECRET}")
    refused("ENDPOINT_KEY", "characters that no key has")


@pytest.mark.parametrize(
    "chosen", [{"adapter": "a"}, {"quantize": "nf4"}, {"device": "cuda"}, {"layout": "nope"}]
)
def test_options_for_weights_are_refused(chosen: dict[str, str]) -> None:
    with pytest.raises(InputError):
        EndpointGenerator(ModelChoice(model="endpoint:m@http://localhost/v1", **chosen))


def test_greedy_candidates_are_refused() -> None:
    writer = EndpointGenerator(ModelChoice(model="endpoint:m@http://localhost/v1"))
    with pytest.raises(InputError, match="would all be the same"):
        writer.generate([], Decoding(candidates=2))


def test_without_the_package_one_line_says_what_to_install() -> None:
    code = (
        "import sys\nsys.modules['openai'] = None\n"
        "from sqlft.config import ModelChoice\nfrom sqlft.errors import ModelError\n"
        "from sqlft.model import EndpointGenerator\n"
        "try: EndpointGenerator(ModelChoice(model='endpoint:m@http://localhost/v1'))\n"
        "except ModelError as error: print(error, error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "openai" in done.stdout and "pip install 'sqlft[endpoint]'" in done.stdout
