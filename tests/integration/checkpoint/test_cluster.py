"""A Cluster's node that is away for a while, or that closes its connections, is waited for."""

import asyncio
from pathlib import Path

from redis import Redis

from server.checkpoint.connection import open_async_client
from tests.fixtures.redis_servers import redis_cluster_nodes
from tests.integration.checkpoint.conftest import binary_of

KEYS = [f"{{{number}}}" for number in range(60)]  # of all nodes


async def test_commands_and_pipelines_wait_for_a_node_that_is_restarted(
    redis_binaries: dict[str, Path],
) -> None:
    with redis_cluster_nodes(binary_of("cluster", redis_binaries)) as cluster:
        async with open_async_client(cluster.url) as client:
            await asyncio.gather(*(client.set(key, 0) for key in KEYS))
            cluster.nodes[1].kill()
            writing = [asyncio.create_task(client.set(key, 1)) for key in KEYS]
            await asyncio.wait(writing, timeout=2)
            await asyncio.to_thread(cluster.nodes[1].start)
            await asyncio.gather(*writing)

            found = await asyncio.gather(*(client.get(key) for key in KEYS))

    assert found == [b"1"] * len(KEYS)


async def test_commands_do_not_mind_a_pipeline_that_closes_their_connections(
    redis_binaries: dict[str, Path],
) -> None:
    with redis_cluster_nodes(binary_of("cluster", redis_binaries)) as cluster:
        async with open_async_client(cluster.url) as client:
            for _ in range(20):
                async with client.pipeline() as pipeline:
                    for key in KEYS:
                        pipeline.set(key, 0)
                    working = [asyncio.create_task(client.set(key, 1)) for key in KEYS]
                    pipelined = asyncio.create_task(pipeline.execute())
                    for node in cluster.nodes:
                        await asyncio.to_thread(_close_connections, node.url)
                    await asyncio.gather(*working, pipelined)


def _close_connections(url: str) -> None:
    with Redis.from_url(url) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "normal")
