"""Accounts: who may come in, and as whom."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from server.accounts import passwords
from server.accounts.lockout import Lockout
from server.accounts.sessions import Proven, Sessions, Tokens, digest
from server.db.models import Account, ApiKey, Role, now
from server.db.session import Database
from tools.errors import Conflict, NotFound, Unauthenticated

KEY_PREFIX = "sk-scriptorium-"
ALL_SCOPES = ("read", "write")
_USE_NOTED_EVERY = timedelta(minutes=1)  # a row written at each request would be a queue of writers


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who asks, and by which credentials."""

    account: Account
    scopes: tuple[str, ...] = ALL_SCOPES
    key_id: str | None = None  #: Of an API key.
    session_id: str | None = None  #: None: by a key.
    is_ticket: bool = False  #: Which opens a socket in a session's name, and manages no accounts.


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """What is done with accounts."""

    database: Database
    sessions: Sessions
    lockout: Lockout

    async def create(
        self, username: str, password: str, *, email: str | None = None, role: Role = "user"
    ) -> Account:
        """Make an account; raises Conflict for a name or address that is taken."""
        name = username.strip().lower()
        kept = await asyncio.to_thread(passwords.hashed, password, username=name)
        account = Account(
            user_id=str(uuid4()),
            username=name,
            email=email.strip().lower() if email else None,
            password_hash=kept,
            role=role,
        )
        try:
            async with self.database.write() as session:
                session.add(account)
        except IntegrityError:
            raise Conflict(
                "This name or address is taken.", hint="Choose another.", code="account_exists"
            ) from None
        return account

    async def login(self, username: str, password: str, *, address: str) -> tuple[Account, Tokens]:
        """Open a session; raises Unauthenticated, alike for a wrong name and a wrong password."""
        name = username.strip().lower()
        await self.lockout.attempt(name=name, address=address)
        async with self.database.read() as session:
            account = (await session.exec(select(Account).where(col(Account.username) == name))).first()
        kept = account.password_hash if account is not None else None
        right = await asyncio.to_thread(passwords.fits, password, kept)
        if account is None or not right or not account.is_active:
            raise Unauthenticated("Wrong name or password.", code="wrong_credentials")
        await self.lockout.succeeded(name, address=address)
        return account, await self.sessions.begin(account)

    async def refresh(self, token: str) -> Tokens:
        """New tokens; raises Unauthenticated."""
        found = await self.sessions.refresh(token)
        if found is None or await self._of_session(found[0]) is None:
            raise Unauthenticated("This refresh token is not good.", hint="Log in again.", code="bad_token")
        return found[1]

    async def by_token(self, access_token: str) -> Identity | None:
        """Whose an access token is."""
        proven = await self.sessions.proven(access_token)
        account = await self._of_session(proven) if proven is not None else None
        if account is None or proven is None:
            return None
        return Identity(account=account, session_id=proven.session_id)

    async def by_ticket(self, ticket: str) -> Identity | None:
        """Whose a ticket is; it is used up by this."""
        proven = await self.sessions.redeem(ticket)
        account = await self._of_session(proven) if proven is not None else None
        if account is None or proven is None:
            return None
        return Identity(account=account, session_id=proven.session_id, is_ticket=True)

    async def is_good(self, *, session_id: str | None, key_id: str | None) -> bool:
        """Whether a session, or a key, still lets somebody in."""
        if session_id is not None:
            proven = await self.sessions.of(session_id)
            return proven is not None and await self._of_session(proven) is not None
        async with self.database.read() as session:
            key = await session.get(ApiKey, key_id)
        return key is not None and key.revoked_at is None and await self._active(key.user_id) is not None

    async def by_key(self, secret: str) -> Identity | None:
        """Whose an API key is; notes that it was used."""
        key = await self.key_of(secret)
        if key is None or key.revoked_at is not None:
            return None
        account = await self._active(key.user_id)
        if account is None:
            return None
        if key.last_used_at is None or now() - key.last_used_at > _USE_NOTED_EVERY:
            await self._note_use(key.key_id)
        return Identity(account=account, scopes=tuple(key.scopes), key_id=key.key_id)

    async def key_of(self, secret: str) -> ApiKey | None:
        """The API key of a secret, also one that is revoked."""
        async with self.database.read() as session:
            return (await session.exec(select(ApiKey).where(col(ApiKey.digest) == digest(secret)))).first()

    async def change_password(self, account: Account, old: str, new: str) -> Tokens:
        """Change a password, which ends every session but the new one; raises Unauthenticated."""
        await self.lockout.attempt(name=account.username)
        if not await asyncio.to_thread(passwords.fits, old, account.password_hash):
            raise Unauthenticated("Wrong password.", code="wrong_credentials")
        await self.lockout.succeeded(account.username)
        kept = await asyncio.to_thread(passwords.hashed, new, username=account.username)
        async with self.database.write() as session:
            row = await session.get_one(Account, account.user_id)
            row.password_hash = kept
            row.session_epoch += 1
            session.add(row)
        return await self.sessions.begin(row)

    async def change(
        self,
        user_id: str,
        *,
        role: Role | None = None,
        is_active: bool | None = None,
        email: str | None = None,
    ) -> Account:
        """Change what an account may do.

        Raises:
            NotFound: There is no such account.
            Conflict: It is the only admin who may come in, or the address is another's.
        """
        try:
            return await self._change(user_id, role, is_active, email)
        except IntegrityError:
            raise Conflict("This address is taken.", hint="Choose another.", code="account_exists") from None

    async def get(self, user_id: str) -> Account:
        """An account; raises NotFound."""
        async with self.database.read() as session:
            row = await session.get(Account, user_id)
        if row is None:
            raise _unknown(user_id)
        return row

    async def end_sessions(self, user_id: str) -> None:
        """End every session of an account; raises NotFound."""
        async with self.database.write() as session:
            row = await session.get(Account, user_id, with_for_update=True)
            if row is None:
                raise _unknown(user_id)
            row.session_epoch += 1
            session.add(row)

    async def _change(
        self, user_id: str, role: Role | None, is_active: bool | None, email: str | None
    ) -> Account:
        async with self.database.write() as session:
            admins = select(Account).where(col(Account.role) == "admin", col(Account.is_active))
            remaining = (await session.exec(admins.with_for_update())).all()  # of two who go, one waits
            row = await session.get(Account, user_id)
            if row is None:
                raise _unknown(user_id)
            is_last = [admin.user_id for admin in remaining] == [user_id]
            if is_last and (role not in (None, "admin") or is_active is False):
                raise Conflict(
                    "This is the only admin.",
                    hint="Make somebody else an admin first.",
                    code="last_admin",
                )
            row.role = role or row.role
            row.is_active = row.is_active if is_active is None else is_active
            row.email = email.strip().lower() if email is not None else row.email
            session.add(row)
        return row

    async def everybody(self) -> list[Account]:
        """All accounts by name."""
        async with self.database.read() as session:
            return list((await session.exec(select(Account).order_by(col(Account.username)))).all())

    async def make_key(self, account: Account, name: str, scopes: list[str]) -> tuple[ApiKey, str]:
        """A new API key and its secret, which is kept nowhere."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            key_id=str(uuid4()), user_id=account.user_id, name=name, digest=digest(secret), scopes=scopes
        )
        async with self.database.write() as session:
            session.add(key)
        return key, secret

    async def keys_of(self, account: Account) -> list[ApiKey]:
        """An account's keys, newest first."""
        query = select(ApiKey).where(col(ApiKey.user_id) == account.user_id)
        async with self.database.read() as session:
            return list((await session.exec(query.order_by(col(ApiKey.created_at).desc()))).all())

    async def revoke_key(self, account: Account, key_id: str) -> None:
        """Let a key be worth nothing from now on; raises NotFound."""
        async with self.database.write() as session:
            key = await session.get(ApiKey, key_id)
            if key is None or key.user_id != account.user_id:
                raise NotFound(f"There is no key {key_id!r}.", code="unknown_key")
            key.revoked_at = key.revoked_at or now()
            session.add(key)

    async def _of_session(self, proven: Proven) -> Account | None:
        account = await self._active(proven.user_id)
        return account if account is not None and account.session_epoch == proven.epoch else None

    async def _active(self, user_id: str) -> Account | None:
        async with self.database.read() as session:
            account = await session.get(Account, user_id)
        return account if account is not None and account.is_active else None

    async def _note_use(self, key_id: str) -> None:
        async with self.database.write() as session:
            key = await session.get_one(ApiKey, key_id)
            key.last_used_at = now()
            session.add(key)


def _unknown(user_id: str) -> NotFound:
    return NotFound(f"There is no user {user_id!r}.", code="unknown_user")
