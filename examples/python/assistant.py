"""A conversation with the assistant: it proposes a job, is told to go on, and answers from what the job made.

Needs ``pip install langgraph-sdk``.
"""

import asyncio
import os

from langgraph_sdk import get_client

URL = os.environ.get("SCRIPTORIUM_URL", "http://127.0.0.1:8000")
WISH = "Who speaks in this novel: “Is there a boat tonight?” asked Ada. “Who would sail?” said old Tom."


async def main() -> None:
    """Ask, approve, print."""
    client = get_client(url=URL, api_key=os.environ.get("SCRIPTORIUM_KEY"))
    thread = (await client.threads.create())["thread_id"]

    asked = {"messages": [{"role": "user", "content": WISH}]}
    await client.runs.wait(thread, "assistant", input=asked)
    state = await client.threads.get_state(thread)
    proposal = state["interrupts"][0]["value"]["action_requests"][0]
    print("It proposes:", proposal["name"])

    # the answer to an interrupt goes on where the run paused
    approved = {"resume": {"decisions": [{"type": "approve"}]}}
    parts = client.runs.stream(thread, "assistant", command=approved, stream_mode=["custom", "values"])
    async for part in parts:
        if part.event == "custom" and part.data["type"] == "progress":
            print("  ", part.data["stage"], part.data["done"], "of", part.data["total"])
        elif part.event == "values":
            messages = part.data["messages"]
    print(messages[-1]["content"])


asyncio.run(main())
