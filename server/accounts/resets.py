"""Forgotten passwords: a link by mail that sets a new one, once."""

import asyncio
import logging
import secrets
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

from sqlmodel import col, or_, select

from server import keys
from server.accounts import passwords
from server.accounts.mail import Send
from server.accounts.sessions import digest
from server.db.models import Account
from server.db.session import Database
from server.lua import Client
from tools.errors import Unauthenticated

logger = logging.getLogger(__name__)

SECONDS = 30 * 60  # that a link is good for

_TEXT = """\
Somebody, you we hope, asked for a new password for {name}.

{how}

This works once, within 30 minutes. If it was not you, do nothing: your password stays as it is.
"""


@dataclass(frozen=True, kw_only=True)
class Resets:
    """Sends links and takes them back.

    Args:
        sender: The address that mails come from.
        public_url: Where the console is, for the link; None: the mail has a code instead.
    """

    database: Database
    redis: Client
    send: Send
    sender: str
    public_url: str | None

    async def ask(self, name_or_address: str) -> None:
        """Send a link to whose name or address this is, if there is such an account and it has an address."""
        wanted = name_or_address.strip().lower()
        query = select(Account).where(or_(col(Account.username) == wanted, col(Account.email) == wanted))
        async with self.database.read() as session:
            account = (await session.exec(query)).first()
        if account is None or account.email is None or not account.is_active:
            return
        token = secrets.token_urlsafe(32)
        kept = f"{account.user_id} {account.session_epoch}"
        await cast("Any", self.redis).set(keys.reset(digest(token)), kept, ex=SECONDS)
        try:
            await self.send(self._mail(account, token))
        except (smtplib.SMTPException, OSError) as error:
            logger.error("A mail could not be sent: %s", type(error).__name__)  # noqa: TRY400 - it has addresses

    async def redeem(self, token: str, password: str) -> Account:
        """Set a new password, which ends every session.

        Raises:
            Unauthenticated: The token is not good, or was used.
            InvalidInput: The password is weak; the token stays good.
        """
        key = keys.reset(digest(token))
        kept = await cast("Any", self.redis).get(key)
        user_id, _, epoch = (kept.decode() if isinstance(kept, bytes) else kept or "").partition(" ")
        async with self.database.read() as session:
            account = await session.get(Account, user_id) if user_id else None
        if account is None or not account.is_active or str(account.session_epoch) != epoch:
            raise _used()
        new = await asyncio.to_thread(passwords.hashed, password, username=account.username)
        if not await cast("Any", self.redis).delete(key):
            raise _used()  # by another request, meanwhile
        async with self.database.write() as session:
            row = await session.get_one(Account, user_id)
            row.password_hash = new
            row.session_epoch += 1
            session.add(row)
        return row

    def _mail(self, account: Account, token: str) -> EmailMessage:
        link = f"{self.public_url.rstrip('/')}/#/reset/{token}" if self.public_url else None
        how = (
            f"Open {link}"
            if link
            else f"Give the console, or POST /api/v1/auth/reset-password/confirm, the code {token}"
        )
        message = EmailMessage()
        message["To"], message["From"] = account.email, self.sender
        message["Subject"] = "A new password for Scriptorium"
        message.set_content(_TEXT.format(name=account.username, how=how))
        return message


def _used() -> Unauthenticated:
    return Unauthenticated("This link is not good any more.", hint="Ask for another one.", code="bad_token")
