"""Mails to users: by SMTP, into the log, or nowhere."""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

logger = logging.getLogger(__name__)

Send = Callable[[EmailMessage], Awaitable[None]]
SECONDS = 20  # that a mail server may take

_PORTS = {"smtp": 587, "smtps": 465}


def transport(url: str | None) -> Send:
    """What sends mails.

    Args:
        url: ``smtp://USER:PASSWORD@HOST:PORT`` (with STARTTLS, unless the host is this machine), ``smtps://``,
            ``log:`` to write them into the log, None to send none.
    """
    if url is None:
        return _nowhere
    if url == "log:":
        return _to_log

    async def by_smtp(message: EmailMessage) -> None:
        await asyncio.to_thread(_deliver, url, message)

    return by_smtp


async def _nowhere(message: EmailMessage) -> None:
    logger.warning("A mail (%s) was not sent: set MAIL_URL", message["Subject"])


async def _to_log(message: EmailMessage) -> None:
    logger.warning("Mail to %s: %s\n%s", message["To"], message["Subject"], message.get_content())


def _deliver(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    port = parts.port or _PORTS[parts.scheme]
    secure = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    with server:
        if parts.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
            server.starttls(context=secure)  # raises where there is none: no password goes out in the clear
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
