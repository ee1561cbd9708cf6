"""Where an endpoint is: `endpoint:MODEL@URL` as a value, and the key that opens it."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlft.config import flag
from sqlft.errors import InputError

PREFIX = "endpoint:"
KEY_VARIABLE = "OPENAI_API_KEY"

_EXAMPLE = f"for example {PREFIX}gpt-4o@https://api.openai.com/v1"
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"[!-~]+")
_URL = re.compile(r"[!-~]+")
_KEY_FLAG = flag("api_key_variable")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A model behind an OpenAI-compatible server."""

    model: str
    """As the server names it."""
    url: str
    """What `/chat/completions` is appended to; without a slash at its end."""

    @property
    def name(self) -> str:
        """As a user gives it."""
        return f"{PREFIX}{self.model}@{self.url}"

    @property
    def host(self) -> str:
        """Host and port, as the URL has them."""
        return urlsplit(self.url).netloc

    @property
    def hostname(self) -> str:
        """The host alone."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """The server runs on this machine.

        >>> Endpoint(model="m", url="http://127.0.0.1:8000/v1").is_loopback
        True
        >>> Endpoint(model="m", url="http://127.0.0.1.example/v1").is_loopback
        False
        """
        try:
            return ipaddress.ip_address(self.hostname).is_loopback
        except ValueError:
            return self.hostname == "localhost"


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint that `endpoint:MODEL@URL` names. MODEL may hold slashes and @.

    Raises:
        InputError: it has another form, or its URL carries a password, a query or a fragment. The
            message does not repeat the URL: what was typed may be a secret.

    >>> parse_endpoint("endpoint:org/model@v2@http://localhost:8000/v1/").url
    'http://localhost:8000/v1'
    """
    model, at, rest = text.removeprefix(PREFIX).rpartition("@http")
    url = f"http{rest}".rstrip("/")
    if not at or not model.strip() or not model.isprintable():
        raise InputError("an endpoint is written endpoint:MODEL@URL", hint=_EXAMPLE)
    problem = _url_problem(url)
    if problem is not None:
        raise InputError(f"the URL of the endpoint {problem}", hint=_EXAMPLE)
    return Endpoint(model=model.strip(), url=url)


def _url_problem(url: str) -> str | None:
    if not _URL.fullmatch(url):
        return "holds characters that a URL cannot hold"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "is not an http or https URL"
    if "@" in parts.netloc:
        return f"carries a password; a key comes from an environment variable ({_KEY_FLAG})"
    if parts.query or parts.fragment:
        return "has a query or a fragment"
    return None


def key_of(endpoint: Endpoint, variable: str | None) -> str | None:
    """The endpoint's key from the environment; none where it needs none.

    A server on this machine is sent a key only where a variable is named: the default one usually
    holds the key of another service.

    Raises:
        InputError: the variable is not set, or holds what cannot be a key. Neither its value nor a
            name given by the user is repeated: a key is easily given in place of the name.
    """
    if variable is None and endpoint.is_loopback:
        return None
    called = KEY_VARIABLE if variable is None else f"the environment variable of {_KEY_FLAG}"
    if variable is not None and not _VARIABLE_NAME.fullmatch(variable):
        raise InputError(
            f"{_KEY_FLAG} takes the name of an environment variable",
            hint=f"for example {_KEY_FLAG} {KEY_VARIABLE}",
        )
    key = os.environ.get(variable or KEY_VARIABLE, "").strip()
    if not key:
        raise InputError(
            f"{called} is not set, and {endpoint.host} needs a key",
            hint=f"put the key there, or name another variable with {_KEY_FLAG}; "
            "for a server that needs no key, any text will do",
        )
    if not _KEY.fullmatch(key):
        raise InputError(
            f"{called} holds characters that no key has", hint="a key is one word of plain ASCII"
        )
    return key
