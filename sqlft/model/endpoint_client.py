"""One request to an endpoint through the `openai` package: bounded, unredirected, discreet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import openai

from sqlft.errors import ModelError
from sqlft.model.endpoint_address import Endpoint
from sqlft.model.endpoint_failure import Failure, cut, status_failure, unreachable

_CONNECT_S = 10.0
_COMPLAINT_BYTES = 64 * 2**10
_NO_KEY = "none"
# Everything else that openai would send comes from the environment (OPENAI_ORG_ID and its like) or
# describes this machine (x-stainless-*); an endpoint is told neither.
_HEADERS_SENT = {
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-stainless-raw-response",  # openai itself looks there for how it is to read the answer
}


class _Refusal(Exception):
    """A status other than 200, with the beginning of what was said."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body


@dataclass(frozen=True, kw_only=True)
class Key:
    """An endpoint's key. Its value is in no representation of it."""

    value: str | None
    variable: str | None
    """The environment variable that it came from."""

    def __repr__(self) -> str:
        return f"Key(variable={self.variable!r})"

    def hidden(self, text: str) -> str:
        """The text without the key: a server may repeat what it was sent."""
        return text if self.value is None else text.replace(self.value, "***")


def client_of(endpoint: Endpoint, key: Key) -> openai.AsyncOpenAI:
    """A client that asks once, follows no redirect, and says no more than it must.

    Proxies of the environment are used, except for a server on this machine.

    Raises:
        ModelError: the environment names a proxy that cannot be used.
    """

    async def keep_to_the_point(request: Any) -> None:
        for name in [name for name in request.headers if name.lower() not in _HEADERS_SENT]:
            del request.headers[name]
        if key.value is None:
            request.headers.pop("authorization", None)
        else:  # OPENAI_CUSTOM_HEADERS may have put another one there
            request.headers["authorization"] = f"Bearer {key.value}"
        # What is not compressed cannot be small on the line and huge in memory.
        request.headers["accept-encoding"] = "identity"

    host = f"[{endpoint.hostname}]" if ":" in endpoint.hostname else endpoint.hostname
    with suppress(ImportError, ValueError):  # a SOCKS proxy without its package; not a URL
        return openai.AsyncOpenAI(
            api_key=key.value or _NO_KEY,
            base_url=endpoint.url,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                follow_redirects=False,
                timeout=openai.Timeout(None, connect=_CONNECT_S),
                mounts={f"all://{host}": None} if endpoint.is_loopback else None,
                event_hooks={"request": [keep_to_the_point], "response": [_only_plain_answers]},
            ),
        )
    raise ModelError(
        "the proxy that the environment names cannot be used",
        hint="check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
    )


async def _only_plain_answers(response: Any) -> None:
    if response.status_code != 200:
        body = await _read(response.aiter_raw(), _COMPLAINT_BYTES)
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise _Refusal(response.status_code, headers, body[:_COMPLAINT_BYTES])


async def _read(chunks: AsyncIterator[bytes], at_most: int) -> bytes:
    """The chunks together, and no more of them than it takes to exceed the bound."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > at_most:
            break
    return bytes(content)


async def send(
    client: openai.AsyncOpenAI,
    body: dict[str, Any],
    endpoint: Endpoint,
    key: Key,
    *,
    max_reply_bytes: int,
) -> bytes | Failure:
    """The body of the answer, or why there is none. Sent once.

    Failures are values, so that no error carries the exception, and with it the request and its
    key, that it was made from.
    """
    resource = client.chat.completions if "messages" in body else client.completions
    try:
        async with resource.with_streaming_response.create(**body) as response:
            raw = response.http_response
            if raw.headers.get("content-encoding", "identity") != "identity":
                return Failure(
                    error=ModelError(
                        f"{endpoint.host} compresses its answers unasked",
                        hint="choose an address without a proxy that compresses",
                    )
                )
            content = await _read(raw.aiter_raw(), max_reply_bytes)
    except Exception as error:  # openai's, its HTTP library's, and those of the sockets below
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(cause, _Refusal):
            said = key.hidden(cause.body.decode("utf-8", errors="replace"))
            headers = {name: key.hidden(value) for name, value in cause.headers.items()}
            return status_failure(endpoint, cause.status, headers, said, key.variable)
        failure = _connection_failure(cause, endpoint)
        if failure is None:
            raise
        return failure
    if len(content) > max_reply_bytes:
        return Failure(
            error=ModelError(
                f"the answer of {endpoint.host} is larger than {max_reply_bytes:,} bytes",
                hint="fewer --candidates, or another endpoint",
            )
        )
    return content


def _connection_failure(cause: BaseException | None, endpoint: Endpoint) -> Failure | None:
    """What ended the connection; none where it was something else."""
    kinds = {cls.__name__ for cls in type(cause).__mro__}
    if kinds & {"ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol"}:
        return unreachable(endpoint, str(cause))
    modules = {cls.__module__.partition(".")[0] for cls in type(cause).__mro__}
    if isinstance(cause, OSError) or modules & {
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "anyio",
    }:
        return cut(endpoint)
    return None
