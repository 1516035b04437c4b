"""Finds what is one person's, in every table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from server.db.containment import contains
from server.db.models import Account, ApiKey, Assistant, Cron, File, ModelUsage, Run, Share, StoreItem, Thread
from server.store.namespaces import below
from tools.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """Rows that are one person's."""

    account: Account
    keys: Sequence[ApiKey]
    shares: Sequence[Share]  #: That they gave or got.
    usage: Sequence[ModelUsage]
    threads: Sequence[Thread]
    runs: Sequence[Run]  #: Of these threads, and theirs on threads of others.
    assistants: Sequence[Assistant]
    crons: Sequence[Cron]
    documents: Sequence[StoreItem]
    files: Sequence[File]


async def find_account(session: AsyncSession, username: str) -> Account:
    """The account of this name; raises NotFound."""
    found = (await session.exec(select(Account).where(Account.username == username.lower()))).first()
    if found is None:
        raise NotFound(f"There is no user {username!r}.", code="unknown_user")
    return found


async def belongings(session: AsyncSession, account: Account) -> Belongings:
    """What is whose account this is."""
    user_id = account.user_id
    own = {"owner": user_id}

    async def rows(model: Any, condition: Any) -> Sequence[Any]:
        return (await session.exec(select(model).where(condition))).all()

    threads = await rows(Thread, contains(Thread.meta, own))
    of_threads = select(Thread.thread_id).where(contains(Thread.meta, own))
    return Belongings(
        account=account,
        keys=await rows(ApiKey, col(ApiKey.user_id) == user_id),
        shares=await rows(Share, (col(Share.user_id) == user_id) | (col(Share.granted_by) == user_id)),
        usage=await rows(ModelUsage, col(ModelUsage.owner) == user_id),
        threads=threads,
        runs=await rows(Run, (col(Run.owner) == user_id) | col(Run.thread_id).in_(of_threads)),
        assistants=await rows(Assistant, contains(Assistant.meta, own)),
        crons=await rows(Cron, (col(Cron.owner) == user_id) | contains(Cron.meta, own)),
        documents=await rows(StoreItem, in_store_of(user_id)),
        files=await rows(File, col(File.owner) == user_id),
    )


def in_store_of(user_id: str) -> Any:
    """The condition that a document lies in somebody's part of the store."""
    first, end = below((user_id,))
    return (col(StoreItem.namespace) >= first) & (col(StoreItem.namespace) < end)
