"""Which addresses this service may call on a stranger's word."""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from tools.errors import InvalidInput

_EMBEDDING = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))  # IPv4-compatible; NAT64
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")  # leads wherever its network says


@dataclass(frozen=True, kw_only=True)
class PublicAddress:
    """A host that was looked up and found to be allowed.

    The call goes to this very address: a name that resolves differently a moment later changes nothing.
    """

    host: str
    ip: str


async def resolve_public(url: str, *, allow_private: bool) -> PublicAddress:
    """Look up the host of a URL.

    Args:
        url: An http or https URL without credentials.
        allow_private: Accept loopback, private, link-local and other non-public addresses too.

    Raises:
        InvalidInput: When it is no such URL, does not resolve, or leads to an address that is not allowed.
    """
    parts = split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(url, "it must be an http or https URL")
    if parts.username or parts.password:
        raise _refused(f"{parts.scheme}://...@{parts.hostname}", "it must not contain credentials")
    addresses = await _look_up(url, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    if not allow_private and not all(_is_public(address) for address in addresses):
        raise _refused(
            url, "it leads to a private or local address (WEBHOOK_ALLOW_PRIVATE=true would allow it)"
        )
    return PublicAddress(host=parts.hostname, ip=str(addresses[0]))


def split(url: str) -> SplitResult:
    """The parts of a URL, of which each can be read; raises InvalidInput for what is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise _refused(url, f"it cannot be read: {error}") from None
    if not url.isprintable() or " " in url:  # urlsplit drops line breaks, so two readers would disagree
        raise _refused(url, "it must not contain spaces or control characters")
    return parts


async def _look_up(url: str, host: str, port: int) -> list[IPv4Address | IPv6Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused(url, f"the host {host!r} cannot be resolved") from error
    return [ip_address(address[4][0]) for address in found]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address in _LOCAL_NAT64:
        return False
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    return (inner or address).is_global and not (inner or address).is_multicast


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that one of IPv6 leads to by its form."""
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _refused(url: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The callback URL {url[:200]!r} is refused: {reason}.",
        hint="Give a URL that this server can reach on a public address.",
        code="callback_refused",
    )
