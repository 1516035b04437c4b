"""In which order, and in the midst of what, the recorded requests were asked.

Most of a group follow one another in the recorded order, which ``golden.json`` keeps. What goes on beside them is here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tests.conformance.golden import Golden
from tests.conformance.player import Player

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
LONG = {"assistant_id": "slow", "input": {"sleep": 20}}
RESUMABLE = {"stream_mode": ["custom"], "stream_resumable": True}


def names_of(golden: Mapping[str, Golden], *prefixes: str) -> list[str]:
    """The names that begin so, in the recorded order."""
    return [name for name in golden if name.startswith(prefixes)]


async def everything(player: Player, golden: Mapping[str, Golden]) -> None:
    """Every recorded request; what lists all there is comes before the rest."""
    await player.play(*names_of(golden, "00", "01", "02-", "16", "13"))
    await asyncio.gather(*(scenario(player, golden) for scenario in SCENARIOS))


async def streams(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*names_of(golden, "03", "09", "17"))


async def crons(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*(name for name in names_of(golden, "14") if name != "14-cron-delete"))
    await player.play("14-cron-delete")


async def background(player: Player, golden: Mapping[str, Golden]) -> None:
    """A run that is looked at before, while and after it goes."""
    await player.play("04-bg-create", "04-bg-run-get", "04-bg-thread-busy", "04-bg-runs-list")
    midway, join = player.start("04-join-stream-midway"), player.start("04-join")
    await player.play("04-bg-state-update-conflict")
    await asyncio.gather(midway, join)
    await player.play("04-bg-run-get-done", "04-join-after-done", "04-join-stream-after-done")
    await player.play("04-join-stream-replay", "04-join-stream-replay-filter")
    await player.play(
        "04-join-run-404", "04-join-stream-run-404", "04-run-get-404", "04-stateless-run-stream-get"
    )
    await player.play("04-run-delete", "04-run-delete-404")


async def interrupts(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*names_of(golden, "05"))


async def cancels(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.begin_run("06-cancel", LONG | RESUMABLE)
    observer = player.start("06-cancel-observer-stream")
    await player.underway("06-cancel-observer-stream")
    await player.play("06-cancel")
    await observer
    await player.play("06-cancel-join", "06-cancel-run", "06-cancel-thread", "06-cancel-again", "06-cancel-404")
    await player.begin_run("06-cancel-wait", LONG)
    await player.play("06-cancel-wait")
    await player.begin_run("06-cancel-rollback", LONG)
    await player.play("06-cancel-rollback", "06-cancel-rollback-run", "06-cancel-rollback-state")
    await player.begin_run("06-cancel-pending", LONG | {"after_seconds": 60})
    await player.play("06-cancel-pending", "06-cancel-pending-run")
    await player.begin_run("06-cancel-many", LONG)
    await player.play("06-cancel-many", "06-cancel-many-bad", "06-cancel-many-status-none")


async def double_texting(player: Player, golden: Mapping[str, Golden]) -> None:
    await asyncio.gather(*(_double(player, how) for how in ("reject", "rollback", "interrupt", "enqueue")))


async def _double(player: Player, how: str) -> None:
    first = player.start(f"07-multitask-{how}-first")
    await player.underway(f"07-multitask-{how}-first")
    await player.play(f"07-multitask-{how}-second")
    await first
    await player.play(f"07-multitask-{how}-runs", f"07-multitask-{how}-state")


async def history(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.run_to_end("08-state", {"assistant_id": "agent", "input": HELLO})
    await player.play(*names_of(golden, "08"))


async def heartbeats(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.play(*names_of(golden, "10-heartbeat"))


async def disconnects(player: Player, golden: Mapping[str, Golden]) -> None:
    await player.begin_run("10-join-cancel-on-disconnect", LONG)
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
    player.choose_thread("12-v2-cancel-events")
    command = {"id": 1, "method": "run.start", "params": {"assistant_id": "slow", "input": {"sleep": 20}}}
    started = await player.ask("POST", "12-v2-cancel-events", "/threads/{thread}/commands", command)
    events = player.start("12-v2-cancel-events")
    if started.is_success:
        run = started.json()["result"]["run_id"]
        await player.ask("POST", "12-v2-cancel-events", f"/threads/{{thread}}/runs/{run}/cancel?wait=1")
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
    await player.play(*names_of(golden, "15"))


Scenario = Callable[[Player, Mapping[str, Golden]], Awaitable[None]]
SCENARIOS: list[Scenario] = [
    streams,
    crons,
    background,
    interrupts,
    cancels,
    double_texting,
    history,
    heartbeats,
    disconnects,
    thread_streams,
    protocol,
    webhooks,
]
