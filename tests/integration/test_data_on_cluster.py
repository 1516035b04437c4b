"""What a Redis Cluster holds is backed up, restored and erased like what one server holds."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from configs.settings import Settings
from tests.conftest import PROJECT, running
from tests.fixtures.redis_servers import ClusterDeployment, redis_cluster_nodes
from tests.integration.test_backup import begin, check, scriptorium
from tests.integration.test_personal_data import MARKER, leave_traces, registered


@pytest.fixture(scope="module")
def cluster(redis_binaries: dict[str, Path]) -> Iterator[ClusterDeployment]:
    """A Redis Cluster of three nodes."""
    with redis_cluster_nodes(next(iter(redis_binaries.values()))) as cluster:
        yield cluster


def settings(data: Path, cluster: ClusterDeployment, **more: object) -> Settings:
    given = {"PORT": 0, "DATA_DIR": data, "SCRIPTORIUM_CONFIG": PROJECT, "REDIS_URL": cluster.url, **more}
    return Settings(**given)  # type: ignore[arg-type]


def nodes(cluster: ClusterDeployment) -> Iterator[Redis]:
    for node in cluster.nodes:
        with Redis(port=node.port) as redis:
            yield redis


def test_a_cluster_that_lost_everything_goes_on_from_a_backup(
    tmp_path: Path, cluster: ClusterDeployment
) -> None:
    with (
        running(settings(tmp_path / "a", cluster)) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        threads = [begin(http) for _ in range(4)]
        assert sum(bool(node.dbsize()) for node in nodes(cluster)) > 1
        written = scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar"), REDIS_URL=cluster.url)
    assert written.returncode == 0, written.stderr
    for node in nodes(cluster):
        node.flushall()

    restored = scriptorium(tmp_path / "b", "restore", str(tmp_path / "kept.tar"), REDIS_URL=cluster.url)

    assert restored.returncode == 0, restored.stderr
    with (
        running(settings(tmp_path / "b", cluster)) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        for before in threads:
            check(http, before)


def test_a_backup_of_one_server_moves_to_a_cluster(tmp_path: Path, cluster: ClusterDeployment) -> None:
    for node in nodes(cluster):
        node.flushall()
    alone = Settings(PORT=0, DATA_DIR=tmp_path / "a", SCRIPTORIUM_CONFIG=PROJECT)  # type: ignore[call-arg]
    with running(alone) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        before = begin(http)
    assert scriptorium(tmp_path / "a", "backup", str(tmp_path / "kept.tar")).returncode == 0

    restored = scriptorium(tmp_path / "b", "restore", str(tmp_path / "kept.tar"), REDIS_URL=cluster.url)
    again = scriptorium(tmp_path / "c", "restore", str(tmp_path / "kept.tar"), REDIS_URL=cluster.url)

    assert restored.returncode == 0, restored.stderr
    assert (again.returncode, "There is something already" in again.stderr) == (1, True)
    with (
        running(settings(tmp_path / "b", cluster)) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        check(http, before)


def test_who_is_erased_leaves_no_key_in_any_node(tmp_path: Path, cluster: ClusterDeployment) -> None:
    given = settings(tmp_path, cluster, AUTH="on", ALLOW_REGISTRATION=True)
    with running(given) as server, registered(server, "ann") as ann, registered(server, "bob") as bob:
        hers, his = leave_traces(ann, MARKER), leave_traces(bob, "plugh-of-bob")

        done = scriptorium(tmp_path, "users", "erase", "ann", "--yes", REDIS_URL=cluster.url)

        assert done.returncode == 0, done.stderr
        kept = [key for node in nodes(cluster) for key in node.keys("*")]
        assert [key for key in kept if any(id_.encode() in key for id_ in hers.values())] == []
        assert any(his["thread"].encode() in key for key in kept)
        values = [str(node.dump(key)) for node in nodes(cluster) for key in node.keys("*")]
        assert not [value for value in values if MARKER in value]
        assert ann.get("/api/v1/auth/me").status_code == 401
        assert bob.get(f"/threads/{his['thread']}/state").status_code == 200
