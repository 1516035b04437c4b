"""One attempt at a run: its graph, streamed into the run's log."""

import asyncio
import logging
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.types import Command, Send
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from graphs import settling
from server import metrics
from server.access import User
from server.checkpoint import AsyncRedisSaver, StaleFencingToken
from server.db.models import Run, now
from server.db.session import Database
from server.files.library import FileLibrary
from server.keys import RunKey
from server.models.ledger import RunAccounts
from server.runs import resumption
from server.runs.call_watch import CallWatch
from server.runs.catalog import AnyGraph, GraphCatalog
from server.runs.configuration import attempt_metadata
from server.runs.ending import Failure, LeaseLost, Outcome
from server.runs.files import RunStorage
from server.runs.held import HeldRun
from server.runs.parts import stream_parts
from server.stream.broker import EventBroker
from server.stream.encoding import to_json, to_json_or_text
from server.stream.log import Fenced, RunLog
from server.stream.modes import EventNamer
from tools.cancellation import completed
from tools.errors import ServiceError
from tools.llm import spending, watching
from tools.llm.chat_models import ChatModels
from tools.llm.chat_models import bind as bind_models
from tools.llm.roles import RoleSettings
from tools.speech.base import SpeechEngine
from tools.speech.current import bind as bind_speech
from tools.speech.output import Speaker
from tools.storage.base import bind as bind_storage
from tools.topics.running.current import bind as bind_topics
from tools.topics.running.job import Place

logger = logging.getLogger(__name__)

MAX_CRASHES = 3  # workers that one step of a run may cost
STRICT_RESUME = "__pregel_strict_resume"  # LangGraph's own switch, which RemoteGraph sets as well
LAST_WORDS = 5  # seconds that the events of a cancelled run get to reach Redis


class HandedOver(Exception):
    """The run stopped at a place from which any worker can go on."""


class RedisGone(Exception):
    """Redis was away for longer than a command waits; the run goes on when it is back."""


@dataclass(frozen=True, kw_only=True)
class GraphRunner:
    """Runs graphs in this process.

    Args:
        accounts: Who pays for the runs' model calls.
        engine: What hears on this machine; None: a model, if one plays the role asr.
        topics: Where topics are worked on; None: in child processes with limits of their own.
        topics_training: Where topic models are trained; None: there, too.
        speaker: What speaks on this machine; likewise.
        timeout: How long one attempt may take.
        records_content: Whether spans of model calls hold what was asked and answered.
    """

    catalog: GraphCatalog
    checkpointer: AsyncRedisSaver
    broker: EventBroker
    database: Database
    files: FileLibrary
    models: ChatModels
    roles: RoleSettings
    accounts: RunAccounts
    timeout: timedelta
    records_content: bool = False
    engine: SpeechEngine | None = None
    topics: Place | None = None
    topics_training: Place | None = None
    speaker: Speaker | None = None

    async def attempt(self, run: Run, held: HeldRun) -> Outcome:
        """Run a graph to its end, from its last checkpoint if an earlier attempt has left one.

        Raises:
            HandedOver: It was asked to stop after its present step, and has.
            LeaseLost: Another worker has the run.
            RedisGone: Redis did not come back in time.
        """
        key = RunKey(run.thread_id, run.run_id)
        log = self.broker.open(key, held.lease.epoch)
        try:
            await log.emit("metadata", to_json({"run_id": run.run_id, "attempt": run.attempt}))
            if run.attempt == 1:
                metrics.first_event(run.graph_id, (now() - run.created_at).total_seconds())
            outcome = await self._settled(run) or await self._run_graph(run, held, log)
            if outcome.failure is not None:
                await log.emit("error", to_json(outcome.failure))
            await log.flush()
        except Fenced as error:
            metrics.write_refused("events")
            raise LeaseLost(run.run_id, "its events were refused") from error
        except StaleFencingToken as error:
            metrics.write_refused("checkpoint")
            raise LeaseLost(run.run_id, "its checkpoint was refused") from error
        except (RedisConnectionError, RedisTimeoutError) as error:
            raise RedisGone(str(error)) from error
        except asyncio.CancelledError:
            with suppress(Fenced, TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await log.flush()
            raise
        else:
            return outcome

    async def _settled(self, run: Run) -> Outcome | None:
        """How a run ends that must not be attempted again."""
        if run.cancel_action is not None:
            return Outcome(status="interrupted", awaits_answer=await self.stands_open(run))
        if run.crashes >= MAX_CRASHES:
            return _worker_lost(run)
        return None

    async def stands_open(self, run: Run) -> bool:
        """Whether the run's thread has steps ahead."""
        config: RunnableConfig = {
            "configurable": {"thread_id": run.thread_id, "langgraph_auth_user": _user(run)}
        }
        async with self.catalog.find(run.graph_id).open("threads.read", config=config) as graph:
            return bool((await graph.aget_state(config)).next)

    async def _run_graph(self, run: Run, held: HeldRun, log: RunLog) -> Outcome:
        served = self.catalog.find(run.graph_id)
        watch = CallWatch(records_content=self.records_content)
        config = _config(run, watch)
        account = self.accounts.of(run)
        limit = asyncio.timeout(self.timeout.total_seconds())
        try:
            models = self.models.playing(self.roles.chosen(run.kwargs.get("models", {})))
            # Callers under an old contract cannot fetch files, so none are made for them.
            files = bind_storage(RunStorage.of(run, self.files)) if run.contract is None else nullcontext()
            async with served.open(
                "threads.create_run", config=config, context=run.kwargs["context"] or None
            ) as opened:
                ours = self.checkpointer.holding(run.thread_id, held.lease.epoch)
                graph = opened.copy(update={"checkpointer": ours})
                async with limit:
                    ours_too = bind_speech(engine=self.engine, speaker=self.speaker)
                    working = bind_topics(training=self.topics_training or self.topics, others=self.topics)
                    with (
                        files,
                        bind_models(models),
                        ours_too,
                        working,
                        spending.bind(account),
                        watching.watch(watch),
                        settling.bind(ours.asettled),
                    ):
                        await self._stream(run, held, log, graph, config)
                state = await graph.aget_state(_latest(config))
        except GraphDrained as drained:
            raise HandedOver(run.run_id) from drained
        except (Fenced, StaleFencingToken, RedisConnectionError, RedisTimeoutError):
            raise
        except Exception as error:  # noqa: BLE001 - a node may raise anything; it becomes the run's error
            return self._judge(run, error, is_late=limit.expired())
        finally:
            await completed(self.accounts.ledger.close(account.payer))
        return Outcome(status="success", awaits_answer=bool(state.next), state=state)

    def _judge(self, run: Run, error: Exception, *, is_late: bool) -> Outcome:
        """What an exception makes of a run."""
        if is_late:
            late = {"error": "RunTimeout", "message": f"The run took longer than {self.timeout}."}
            return Outcome(status="timeout", failure=late)
        logger.warning("Run %s failed: %s", run.run_id, type(error).__name__, exc_info=_unexplained(error))
        return Outcome(status="error", failure=explain(error))

    async def _stream(
        self, run: Run, held: HeldRun, log: RunLog, graph: AnyGraph, config: RunnableConfig
    ) -> None:
        kwargs = run.kwargs
        wanted = kwargs["stream_mode"]
        namer, writes_subgraphs = EventNamer(wanted), kwargs["subgraphs"]
        given = _input(run)
        if run.attempt > 1 and await self._is_resumed(run, log, graph, config):
            given, config = None, _latest(config)
        parts = stream_parts(graph, given, config, kwargs, run_id=run.run_id, control=held.control)
        async for namespace, mode, payload in parts:
            if mode == "events":
                await log.emit("events", to_json_or_text(payload))
                continue
            if mode == "checkpoints":
                if not namespace:
                    await log.mark(payload["config"]["configurable"]["checkpoint_id"])
                if "checkpoints" not in wanted:
                    continue
            if namespace and not writes_subgraphs:
                continue
            for name, event in namer.name(namespace, mode, payload):
                await log.emit(name, to_json(event))

    async def _is_resumed(self, run: Run, log: RunLog, graph: AnyGraph, config: RunnableConfig) -> bool:
        """Tell the followers where the log holds; True when the run goes on from a checkpoint of its own."""
        marks = self.broker.marks(RunKey(run.thread_id, run.run_id))
        found = await resumption.find(graph, _latest(config), run.run_id, marks)
        reset = {"attempt": run.attempt, "epoch": log.epoch, "keep": found.keep}
        await log.emit("reset", to_json(reset))
        for name, payload in found.missing:
            if name in run.kwargs["stream_mode"]:
                await log.emit(name, to_json(payload))
        return found.is_begun


def _worker_lost(run: Run) -> Outcome:
    """The end of a run that costs one worker after the other."""
    failure = {
        "error": "WorkerLost",
        "message": f"{run.crashes} workers in a row were lost while they executed the same step of this run.",
        "code": "worker_lost",
        "hint": "The node may need more memory than there is, or block the event loop longer than a lease.",
    }
    return Outcome(status="error", failure=failure)


def _config(run: Run, watch: CallWatch) -> RunnableConfig:
    given = run.kwargs["config"]
    ours: dict[str, Any] = {}
    if run.kwargs.get("strict_resume"):
        ours[STRICT_RESUME] = True
    if user := _user(run):
        ours["langgraph_auth_user"] = user
    return cast(
        "RunnableConfig",
        given
        | {
            "configurable": given["configurable"] | ours,
            "metadata": run.meta | attempt_metadata(run),
            "callbacks": [watch],
        },
    )


def _user(run: Run) -> User | None:
    """Who asked for a run, where users are told apart."""
    known = run.kwargs["config"]["configurable"].get("langgraph_auth_user")
    return User(known) if known else None


def _latest(config: RunnableConfig) -> RunnableConfig:
    """The same, but wherever the thread stands: a run leaves the checkpoint that it was to start from."""
    configurable = {
        key: value
        for key, value in config.get("configurable", {}).items()
        if key not in ("checkpoint_id", "checkpoint_map")
    }
    return {**config, "configurable": configurable}


def _input(run: Run) -> Any:
    command = run.kwargs["command"]
    return run.kwargs["input"] if command is None else to_command(command)


def to_command(command: dict[str, Any]) -> Command[Any]:
    """A command as a caller sends it, as LangGraph takes it."""
    goto: Any = command.get("goto") or []
    targets = cast("list[Any]", goto) if isinstance(goto, list) else [goto]
    update: Any = command.get("update")
    if isinstance(update, list):
        update = [tuple(pair) for pair in cast("list[list[Any]]", update)]
    return Command(update=update, resume=command.get("resume"), goto=[_target(t) for t in targets])


def _target(target: str | dict[str, Any]) -> Send | str:
    return target if isinstance(target, str) else Send(target["node"], target["input"])


def explain(error: Exception) -> Failure:
    """An error as a run shows it."""
    if isinstance(error, ServiceError):
        explained = {"error": type(error).__name__, "message": error.message, "code": error.code}
        return explained | ({"hint": error.hint} if error.hint else {})
    return {"error": type(error).__name__, "message": str(error)}


def _unexplained(error: Exception) -> Exception | None:
    """The error, if its traceback helps; a ServiceError says all by itself."""
    return None if isinstance(error, ServiceError) else error
