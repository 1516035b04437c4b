"""In which order, and in the midst of what, the recorded requests were asked.

The recordings know the order to the second only: where one request depends on another, the order stands here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tests.conformance.golden import Golden
from tests.conformance.player import Player

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
LONG = {"assistant_id": "slow", "input": {"sleep": 20}}
RESUMABLE = {"stream_mode": ["values", "custom"], "stream_resumable": True}


def _named(prefix: str, words: str) -> list[str]:
    return [f"{prefix}-{word}" for word in words.split()]


ASSISTANTS = [
    *_named("01-assistants", "search search-page search-badselect search-badgraph count"),
    *_named("01-assistant", "get get-404 get-bygraphid graph graph-bygraphid graph-xray graph-xray-bad"),
    *_named("01-assistant", "schemas subgraphs subgraphs-ns create create-dup create-dup-donothing"),
    *_named("01-assistant", "create-badgraph create-missinggraph create-config-and-context patch versions"),
    *_named("01-assistant", "latest latest-404 delete delete-system"),
]
THREADS = [
    *_named("02-thread", "create create-meta create-dup create-dup-donothing create-badid create-ttl"),
    *_named("02-thread", "create-ttl-int create-supersteps get get-ttl get-404 get-422 state-empty"),
    *_named("02-thread", "history-empty history-post-empty storage"),
]
FOUND_THREADS = [
    *_named("02-thread", "patch patch-minimal patch-404 search-meta search search-status search-badstatus"),
    *_named(
        "02-thread",
        "search-limit count copy copy-404 state-update-nograph prune-keep prune delete delete-404",
    ),
    "02-invalid-json",
]
INTERRUPTS = [
    *_named(
        "05-interrupt", "stream-values state thread resume-stream thread-after wait runstatus resume-map"
    ),
    *_named("05-interrupt", "stream-customonly-T stream-updatesonly stream-messages before"),
    *_named("05-interrupt", "before-thread before-resume before-wait"),
    "05-goto",
]
HISTORY = [
    *_named("08", "state state-subgraphs history history-post-before history-post-before-str"),
    *_named("08", "history-post-metadata state-at state-at-post state-at-404 state-update state-update-at"),
    *_named("08", "state-update-badnode state-update-null state-after-update run-from-checkpoint"),
    *_named("08", "run-from-checkpoint-obj copy state-thread404"),
]
STORE = _named(
    "13-store",
    "put put2 put-bad put-missing get get-none get-nokey search search-filter search-query search-emptyprefix"
    " namespaces delete",
)
CRONS = _named(
    "14-cron", "create bad badtz thread search count get patch patch-empty 404 after-run delete delete-404"
)
WEBHOOKS = _named("15-webhook", "run run-err bad relative")


def names_of(golden: Mapping[str, Golden], *prefixes: str) -> list[str]:
    """The names that begin so, in the recorded order."""
    return [name for name in golden if name.startswith(prefixes)]


async def everything(player: Player, golden: Mapping[str, Golden]) -> None:
    """Every recorded request; what lists all there is comes before the rest."""
    await player.play(*names_of(golden, "00"), *ASSISTANTS, *THREADS)
    body = {"assistant_id": "agent", "input": HELLO, "stream_mode": "messages"}
    await player.run_to_end("02-thread-delete", body)
    await player.play(*FOUND_THREADS, *STORE, *names_of(golden, "16"))
    await double_texting(player, golden)  # before the crowd: a second message has to come in time
    await asyncio.gather(*(scenario(player, golden) for scenario in SCENARIOS))
    await player.play("06-cancel-many-bad", "06-cancel-many-status-none")


async def streams(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*names_of(golden, "03", "09", "17"))


async def crons(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*CRONS)


async def background(player: Player, golden: Mapping[str, Golden]) -> None:
    """A run that is looked at before, while and after it goes."""
    await player.play("04-bg-create")
    midway, join = player.start("04-join-stream-midway"), player.start("04-join")
    await player.play("04-bg-run-get", "04-bg-thread-busy", "04-bg-state-update-conflict")
    await asyncio.gather(midway, join)
    await player.play("04-bg-runs-list")  # no run is running: the recorded one was still pending
    await player.play("04-bg-run-get-done", "04-join-after-done", "04-join-stream-after-done")
    await player.play("04-join-stream-replay", "04-join-stream-replay-filter")
    await player.play(
        "04-join-run-404", "04-join-stream-run-404", "04-run-get-404", "04-stateless-run-stream-get"
    )
    await player.play("04-run-delete", "04-run-delete-404")


async def interrupts(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*INTERRUPTS)


async def cancels(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.begin_run("06-cancel", LONG | RESUMABLE, until="stepping")
    observer = player.start("06-cancel-observer-stream")
    await player.until("06-cancel-observer-stream", "tick")
    await player.play("06-cancel")
    await observer
    await player.play(
        "06-cancel-join", "06-cancel-run", "06-cancel-thread", "06-cancel-again", "06-cancel-404"
    )
    await player.begin_run("06-cancel-wait", LONG, until="running")
    await player.play("06-cancel-wait")
    await player.begin_run("06-cancel-rollback", LONG, until="running")
    await player.play("06-cancel-rollback", "06-cancel-rollback-run", "06-cancel-rollback-state")
    await player.begin_run("06-cancel-pending", LONG | {"after_seconds": 60})
    await player.play("06-cancel-pending", "06-cancel-pending-run")
    await player.begin_run("06-cancel-many", LONG)
    await player.play("06-cancel-many")


async def double_texting(player: Player, golden: Mapping[str, Golden]) -> None:
    await asyncio.gather(*(_double(player, how) for how in ("reject", "rollback", "interrupt", "enqueue")))


async def _double(player: Player, how: str) -> None:
    first = player.start(f"07-multitask-{how}-first")
    await player.until(f"07-multitask-{how}-first", "event: values")
    await player.play(f"07-multitask-{how}-second")
    await first
    await player.play(f"07-multitask-{how}-runs", f"07-multitask-{how}-state")


async def history(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.run_to_end("08-state", {"assistant_id": "agent", "input": HELLO})
    await player.play(*HISTORY)


async def heartbeats(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*names_of(golden, "10-heartbeat"))


async def disconnects(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.begin_run("10-join-cancel-on-disconnect", LONG, until="running")
    await player.play(*names_of(golden, "10-on", "10-join"))


async def thread_streams(player: Player, golden: Mapping[str, Golden]) -> None:
    """Streams that are open while a run comes and goes and the state is changed."""
    name = "11-thread-stream-default"
    await player.make_thread(name, {"metadata": {"graph_id": "slow"}})
    both = "11-thread-stream-stream_modesrun_modesstate_update"
    streams = [player.start(each) for each in (name, both, "11-thread-stream-stream_modeslifecycle")]
    await player.play("11-thread-stream-badid", "11-thread-stream-badmode")
    body = {"assistant_id": "slow", "input": {"sleep": 1}, "stream_mode": ["values", "custom"]}
    await player.run_to_end(name, body | {"stream_resumable": True})
    await player.until(both, "run_done")
    await player.ask("POST", name, "/threads/{thread}/state", {"values": {"steps": ["man"]}})
    await asyncio.gather(*streams)
    await player.play("11-thread-stream-replay")


async def protocol(player: Player, golden: Mapping[str, Golden]) -> None:
    for name in ("12-v2-run-start", "12-v2-agent-start", "12-v2-error-start", "12-v2-hitl-start"):
        player.choose_thread(name)
    await _with_events(player, "12-v2-events-all", "12-v2-run-start")
    await _with_events(player, "12-v2-agent-all", "12-v2-agent-start")
    await _with_events(player, "12-v2-error-events", "12-v2-error-start")
    await _answered(player)
    await player.play("12-v2-replay-late", "12-v2-replay-since")
    await player.play(*names_of(golden, "12-v2-cmd", "12-v2-events-bad", "12-v2-events-no"))
    await _cancelled(player)


async def _cancelled(player: Player) -> None:
    name = "12-v2-cancel-events"
    player.choose_thread(name)
    events = player.start(name)
    command = {"id": 1, "method": "run.start", "params": {"assistant_id": "slow", "input": {"sleep": 20}}}
    started = await player.ask("POST", name, "/threads/{thread}/commands", command)
    await player.until(name, "running")
    if started.is_success:
        run = started.json()["result"]["run_id"]
        await player.ask("POST", name, f"/threads/{{thread}}/runs/{run}/cancel?wait=1")
    await events


async def _with_events(player: Player, events: str, start: str) -> None:
    stream = player.start(events)
    await player.play(start)
    await stream


async def _answered(player: Player) -> None:
    await player.play("12-v2-hitl-start")
    await player.find_interrupt("12-v2-hitl-events", "interrupt-12-0")
    stream = player.start("12-v2-hitl-events")
    await player.play("12-v2-respond-bad", "12-v2-respond")
    await stream


async def webhooks(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*WEBHOOKS)


Scenario = Callable[[Player, Mapping[str, Golden]], Awaitable[None]]
SCENARIOS: list[Scenario] = [
    streams,
    crons,
    background,
    interrupts,
    cancels,
    history,
    heartbeats,
    disconnects,
    thread_streams,
    protocol,
    webhooks,
]
