"""Why an endpoint did not answer, as one clear error, and whether asking again may help."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlft.config import flag
from sqlft.errors import InputError, ModelError, SqlftError
from sqlft.model.endpoint_address import Endpoint
from sqlft.model.endpoint_reply import filtered

_RATE_TRIES, _SERVER_TRIES = 5, 3
_ADDRESS = "check the address and that the server runs"
_SAID_CHARACTERS = 300
_TOO_LONG = re.compile(r"context[ _](length|window|size)|maximum context|prompt is too long")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One request that failed."""

    error: SqlftError
    tries: int = 1
    """How often such a request is sent at most."""
    wait_s: float | None = None
    """How long the server asks to wait, where it says."""
    said: str = ""
    """The whole complaint about a request that the server does not take, else nothing."""


def status_failure(
    endpoint: Endpoint, status: int, headers: Mapping[str, str], body: str, variable: str | None
) -> Failure:
    """What an HTTP status other than 200 means.

    Args:
        headers: the answer's, by name in lower case.
        body: the beginning of the answer, without the key.
        variable: the environment variable that the key came from; none where none was sent.
    """
    host, said = endpoint.host, _said(body)
    tail = f": {said}" if said else ""
    if 300 <= status < 400:
        return Failure(error=_redirected(host, headers.get("location", "")))
    if status in {401, 403}:
        return Failure(error=_locked(host, status, variable, tail))
    if status == 404:
        error = ModelError(
            f"{host} has no model {endpoint.model}, or nothing at {endpoint.url} (404){tail}",
            hint="check the model's name; the address usually ends in /v1",
        )
        return Failure(error=error)
    if status in {408, 409, 429} or status >= 500:
        return _busy(host, status, headers, body, tail)
    if status == 413 or (status in {400, 422} and _TOO_LONG.search(body.lower())):
        too_long = InputError(
            f"the prompt is longer than {endpoint.model} can hold{tail}",
            hint="choose a smaller schema or a model with a longer context",
        )
        return Failure(error=too_long)
    if "content_filter" in body:
        return Failure(error=filtered(host))
    error = ModelError(f"{host} does not take the request ({status}){tail}", hint=_taken(body))
    return Failure(error=error, said=body)


def unreachable(endpoint: Endpoint, reason: str) -> Failure:
    """There is no connection: refused, unknown host, no trusted certificate, no proxy."""
    if "CERTIFICATE" in reason.upper():
        return Failure(
            error=ModelError(
                f"the certificate of {endpoint.host} is not trusted",
                hint="SSL_CERT_FILE names a file of certificates to trust",
            )
        )
    return Failure(error=ModelError(f"{endpoint.host} cannot be reached", hint=_ADDRESS))


def cut(endpoint: Endpoint) -> Failure:
    """The connection ended before the answer did."""
    error = ModelError(
        f"the connection to {endpoint.host} was cut before the answer was whole",
        hint="ask again, or look into the server's log",
    )
    return Failure(error=error, tries=_SERVER_TRIES)


def _locked(host: str, status: int, variable: str | None, tail: str) -> ModelError:
    named = flag("api_key_variable")
    if variable is None:
        return ModelError(
            f"{host} asks for a key ({status}){tail}",
            hint=f"put it in an environment variable, and name that with {named}",
        )
    verb = "does not know the key" if status == 401 else "does not give access to this key"
    hint = f"it was read from {variable}; {named} names another variable"
    return ModelError(f"{host} {verb} ({status}){tail}", hint=hint)


def _redirected(host: str, location: str) -> ModelError:
    shown = location.partition("?")[0][:_SAID_CHARACTERS]
    return ModelError(
        f"{host} sends the question elsewhere, which is not followed",
        hint=f"if you trust it, give its address: {shown}" if shown else _ADDRESS,
    )


def _busy(host: str, status: int, headers: Mapping[str, str], body: str, tail: str) -> Failure:
    if status != 429:
        error = ModelError(
            f"{host} failed ({status}){tail}", hint="ask again later, or look into its log"
        )
        return Failure(error=error, tries=_SERVER_TRIES, wait_s=_wait_s(headers))
    if "insufficient_quota" in body:
        return Failure(
            error=ModelError(
                f"the account at {host} has no credit left (429){tail}",
                hint="add credit to it, or choose another endpoint",
            )
        )
    error = ModelError(
        f"{host} still limits the rate of questions (429){tail}",
        hint="ask again later, or fewer questions at a time",
    )
    return Failure(error=error, tries=_RATE_TRIES, wait_s=_wait_s(headers))


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` (RFC 9110: seconds, or a date); below 0 is now."""
    given = headers.get("retry-after", "").strip()
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(given).timestamp() - time.time()
        except (ValueError, OverflowError, OSError):
            return None
    return None if math.isnan(seconds) else seconds


def _taken(body: str) -> str:
    if "temperature" in body:
        return "models that reason often take no other temperature: --temperature 1"
    return "check the model's name and the options"


def _said(body: str) -> str:
    """The server's own words: the message of its error, or the beginning of the body."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = body if "<" not in body else ""  # a page of HTML says nothing in one line
    for key in ("error", "message", "detail"):
        if isinstance(document, dict):
            document = document.get(key, document)
    text = document if isinstance(document, str) else json.dumps(document) if document else ""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SAID_CHARACTERS else flat[:_SAID_CHARACTERS] + "…"
