"""Signatures of Alibaba Cloud's API gateway, version 3 (ACS3-HMAC-SHA256).

As https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature has it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

ALGORITHM = "ACS3-HMAC-SHA256"
_SIGNED = ("host", "content-type")  # and all that begin with x-acs-


class Secret(str):
    """A text that prints as stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """Who asks; the secret is not in its repr."""

    id: str
    secret: Secret


def signed_headers(
    key: AccessKey,
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    body: bytes,
    *,
    action: str,
    version: str,
    now: datetime | None = None,
    nonce: str | None = None,
    content_type: str | None = "application/json",
) -> dict[str, str]:
    """The headers of a request, with its signature.

    Args:
        key: Who asks.
        method: Such as "POST".
        host: With the port, where it is not the scheme's own.
        path: Not yet escaped.
        query: Not yet escaped.
        body: As it is sent.
        action: Of the API, such as "CreateJob".
        version: Of the API, a date.
        now: When; the present moment if not given.
        nonce: A text that is never used again; random if not given.
        content_type: Of the body; None: no such header.
    """
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce or uuid4().hex,
        "x-acs-version": version,
    }
    if content_type is not None:
        headers["content-type"] = content_type
    names, signature = signature_of(key.secret, method, path, query, headers)
    return headers | {
        "authorization": f"{ALGORITHM} Credential={key.id},SignedHeaders={names},Signature={signature}"
    }


def signature_of(
    secret: str, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> tuple[str, str]:
    """The names of the signed headers, and the signature over them.

    Args:
        headers: By names in lower case, with x-acs-content-sha256.
    """
    signed = sorted(name for name in headers if name in _SIGNED or name.startswith("x-acs-"))
    names = ";".join(signed)
    canonical = "\n".join(
        (
            method,
            quote(path, safe="/-_.~"),
            "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in sorted(query.items())),
            "".join(f"{name}:{headers[name].strip()}\n" for name in signed),
            names,
            headers["x-acs-content-sha256"],
        )
    )
    told = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return names, hmac.new(secret.encode(), told.encode(), "sha256").hexdigest()


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")
