"""Removes a person: rows, files, checkpoints, event streams, sessions, and what databases keep of them.

The audit log alone keeps who did what: it is there to be answered for, and nobody can change it.

It may be asked for again after it broke off: what is gone already is passed over, and the account goes last.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any, cast

from redis.asyncio import RedisCluster
from sqlmodel import col, delete, or_

from server import access, keys
from server.accounts import audit
from server.db.models import Account, ApiKey, Cron, FileUsage, ModelUsage, Share, StoreItem
from server.personal_data.subject import Belongings, belongings, find_account, in_store_of
from server.resources import Resources
from tools.errors import NotFound

REWRITE_SECONDS = 120  # that Redis gets to write its append-only file anew


async def erase(resources: Resources, username: str) -> Counter[str]:
    """Remove somebody and everything of theirs; returns how many of each kind of thing.

    Raises:
        NotFound: There is no such account.
        Conflict: It is the only admin who may come in.
    """
    with access.bind(None):  # everything of theirs, whoever asks
        account = await _locked_out(resources, username)
        async with resources.database.read() as session:
            found = await belongings(session, account)
        done = Counter[str]()
        done["sessions"] = await _end_sessions(resources, account)
        await _remove_crons(resources, account)
        await _remove_work(resources, found, done)
        await _remove_files(resources, found, done)
        async with resources.database.write() as session:
            await session.exec(delete(StoreItem).where(in_store_of(account.user_id)))
            await session.exec(delete(ApiKey).where(col(ApiKey.user_id) == account.user_id))
            await session.exec(delete(FileUsage).where(col(FileUsage.owner) == account.user_id))
            await session.exec(delete(ModelUsage).where(col(ModelUsage.owner) == account.user_id))
            await session.exec(delete(Share).where(_concerns(account.user_id, found)))
            await session.exec(delete(Account).where(col(Account.user_id) == account.user_id))
        done["crons"], done["documents"], done["keys"] = (
            len(rows) for rows in (found.crons, found.documents, found.keys)
        )
        await _forget(resources)
    return done


def _concerns(user_id: str, found: Belongings) -> Any:
    """The shares that they gave or got, and those of their files, which no foreign key removes."""
    files = [file.file_id for file in found.files]
    return or_(col(Share.user_id) == user_id, col(Share.granted_by) == user_id, col(Share.file_id).in_(files))


async def _locked_out(resources: Resources, username: str) -> Account:
    """The account, which lets nobody in any more."""
    async with resources.database.read() as session:
        account = await find_account(session, username)
    await resources.accounts.change(account.user_id, is_active=False)
    await resources.accounts.end_sessions(account.user_id)
    return account


async def _end_sessions(resources: Resources, account: Account) -> int:
    redis = cast("Any", resources.redis)
    ended = 0
    async for key in redis.scan_iter(match=f"{keys.PREFIX}:session:*", count=1000):
        if await redis.hget(key, "user") in (account.user_id, account.user_id.encode()):
            ended += await redis.delete(key)
    await resources.accounts.lockout.succeeded(account.username)
    for what in (audit.OF_USER, "user"):
        await resources.rates.forget(what, account.user_id)
    return ended


async def _remove_crons(resources: Resources, account: Account) -> None:
    async with resources.database.write() as session:
        rows = (await belongings(session, account)).crons
        await session.exec(delete(Cron).where(col(Cron.cron_id).in_([row.cron_id for row in rows])))


async def _remove_work(resources: Resources, found: Belongings, done: Counter[str]) -> None:
    for thread in found.threads:
        with suppress(NotFound):
            await resources.threads.delete(thread.thread_id)
            done["threads"] += 1
    theirs = {thread.thread_id for thread in found.threads}
    for run in found.runs:
        if run.thread_id not in theirs:  # on a thread of somebody else, which stays
            with suppress(NotFound):
                await resources.canceller.cancel(run.run_id)
                await resources.remover.remove_run(run)
        await resources.queue.forget(run.run_id)
        done["runs"] += 1
    for assistant in found.assistants:
        with suppress(NotFound):
            await resources.assistant_remover.remove(assistant.assistant_id)
            done["assistants"] += 1
    await resources.remover.finish()


async def _remove_files(resources: Resources, found: Belongings, done: Counter[str]) -> None:
    for file in found.files:
        with suppress(NotFound):
            await resources.files.remove(file.file_id)
        done["files"] += 1
    for upload in await resources.uploads.of_owner(found.account.user_id):
        with suppress(NotFound):
            await resources.uploads.remove(upload.upload_id, owner=None)
        done["uploads"] += 1


async def _forget(resources: Resources) -> None:
    """Let what databases keep of removed things on disk go, too."""
    await resources.database.compact()
    redis = cast("Any", resources.redis)
    if isinstance(redis, RedisCluster):
        return  # whose servers are not ours to command
    if not (await redis.info("persistence"))["aof_enabled"]:
        return
    await redis.bgrewriteaof()
    async with asyncio.timeout(REWRITE_SECONDS):
        about = await redis.info("persistence")
        while about["aof_rewrite_in_progress"] or about["aof_rewrite_scheduled"]:
            await asyncio.sleep(0.05)
            about = await redis.info("persistence")
