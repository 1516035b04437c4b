"""What the two savers share: their options, and how a plan's batch is spoken."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from redis import RedisCluster
from redis.asyncio import RedisCluster as AsyncRedisCluster
from redis.exceptions import NoScriptError

from server.checkpoint import connection, replication
from server.checkpoint.address import checked_token, next_version
from server.checkpoint.codec import Codec
from server.checkpoint.memory import Memory
from server.checkpoint.plan import Argument, Command, Planner, SaverOptions, ScriptCall, milliseconds


class PlannedSaver(BaseCheckpointSaver[str]):
    """Base of the savers: everything but the I/O."""

    def __init__(
        self, client: Any, *, serde: SerializerProtocol | None = None, options: SaverOptions | None = None
    ) -> None:
        super().__init__(serde=serde)
        connection.refuse_decoding(client)
        self._client: Any = client
        self.is_cluster = isinstance(client, RedisCluster | AsyncRedisCluster)
        options = options or SaverOptions()
        replication.check_client(client, options, is_cluster=self.is_cluster)
        self._planner = Planner(Codec(self.serde, options.compress_above), options, Memory(options.memory))

    @property
    def planner(self) -> Planner:
        """What plans need. LangGraph clones a saver to give it another serializer, and nothing else."""
        if self._planner.codec.serde is not self.serde:
            codec = Codec(self.serde, self._planner.options.compress_above)
            self._planner = replace(self._planner, codec=codec)
        return self._planner

    def holding(self, thread_id: str, token: int) -> Self:
        """This saver as the owner of a thread uses it: what it writes to that thread carries the token.

        A graph with it needs no token in its config, where nodes would see it.

        Args:
            thread_id: The thread.
            token: The owner's fencing token.

        Raises:
            ValueError: The token is none.
        """
        owner = copy.copy(self)
        owner._planner = replace(self.planner, tokens={thread_id: checked_token(token)})
        return owner

    def judged_nodes(self) -> list[dict[str, Any]]:
        """For each server that holds checkpoints, the arguments that send a command to it."""
        if not self.is_cluster:
            return [{}]
        return [{"target_nodes": node} for node in self._client.get_primaries()]

    def get_next_version(self, current: str | None, channel: None) -> str:
        """The next version of a channel: one more than the last, and random, so that forks never collide."""
        return next_version(current)


def spoken(command: Command | ScriptCall) -> tuple[Argument, ...]:
    """A command as words; a script by its hash."""
    if isinstance(command, Command):
        return command.arguments
    return ("EVALSHA", command.script.sha, len(command.keys), *command.keys, *command.arguments)


def in_full(command: Command | ScriptCall) -> tuple[Argument, ...]:
    """A command as words; a script by its source, for a server that has not seen it."""
    if isinstance(command, Command):
        return command.arguments
    return ("EVAL", command.script.source, len(command.keys), *command.keys, *command.arguments)


def spelled_out(command: Command | ScriptCall, reply: Any) -> tuple[Argument, ...] | None:
    """A script's call with its source, when the reply says that the server has not seen it; else None.

    Raises:
        RedisError: The reply is any other error.
    """
    if isinstance(reply, NoScriptError) and isinstance(command, ScriptCall):
        return in_full(command)
    if isinstance(reply, Exception):
        raise reply
    return None


def lifetime(ttl: timedelta | None) -> str:
    """A thread's own TTL as the script takes it; None is for ever."""
    return "never" if ttl is None else milliseconds(ttl)
