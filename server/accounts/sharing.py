"""Shares: who lets whom use what is theirs."""

from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.accounts.owning import OWNER
from server.db.models import Account, Assistant, File, Share, Sharing, Thread
from server.db.session import Database
from server.db.visibility import EVERYTHING
from tools.errors import InvalidInput, NotFound

Kind = Literal["thread", "assistant", "file"]


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Gives shares and takes them back."""

    database: Database

    async def give(self, account: Account, kind: Kind, thing_id: str, username: str, level: Sharing) -> Share:
        """Share a thing, or change how it is shared already.

        Raises:
            NotFound: The thing is not there or not the account's, or there is no such user.
            InvalidInput: It is shared with whom it belongs to.
        """
        async with self.database.write() as session:
            owner = await _owner(session, kind, thing_id)
            if owner is None or (owner != account.user_id and account.role != "admin"):
                raise NotFound(f"There is no {kind} {thing_id!r} of yours.", code=f"unknown_{kind}")
            with_name = select(Account).where(col(Account.username) == username.strip().lower())
            other = (await session.exec(with_name)).first()
            if other is None or not other.is_active:
                raise NotFound(f"There is no user {username!r}.", code="unknown_user")
            if other.user_id == owner:
                raise InvalidInput(
                    f"username: the {kind} is {username!r}'s already", code="shared_with_owner"
                )
            column = getattr(Share, f"{kind}_id")
            known = select(Share).where(col(Share.user_id) == other.user_id, col(column) == thing_id)
            share = (await session.exec(known)).first() or Share(
                share_id=str(uuid4()), user_id=other.user_id, access=level, granted_by=account.user_id
            )
            setattr(share, f"{kind}_id", thing_id)
            share.access = level
            session.add(share)
        return share

    async def of(self, account: Account) -> list[Share]:
        """What an account has given and got, newest first."""
        concerned = or_(col(Share.user_id) == account.user_id, col(Share.granted_by) == account.user_id)
        query = select(Share).where(concerned).order_by(col(Share.created_at).desc())
        async with self.database.read() as session:
            return list((await session.exec(query)).all())

    async def take_back(self, account: Account, share_id: str) -> None:
        """End a share, as who has given it, who has got it, or an admin; raises NotFound."""
        async with self.database.write() as session:
            share = await session.get(Share, share_id)
            concerned = share is not None and account.user_id in (share.user_id, share.granted_by)
            if share is None or not (concerned or account.role == "admin"):
                raise NotFound(f"There is no share {share_id!r}.", code="unknown_share")
            await session.delete(share)


async def _owner(session: AsyncSession, kind: Kind, thing_id: str) -> str | None:
    """Whose a thing is; None when it is not there, or nobody's."""
    if kind == "file":
        file = await session.get(File, thing_id)
        return file.owner if file is not None else None
    model = Thread if kind == "thread" else Assistant
    row = await session.get(model, thing_id, execution_options=EVERYTHING)
    return row.meta.get(OWNER) if row is not None else None
