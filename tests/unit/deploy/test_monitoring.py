"""The rules and the dashboard ask for what /metrics tells."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
NAME = re.compile(r"\b(?:scriptorium|process)_[a-z_]+")
PARTS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def _rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return group["rules"]


def _expressions() -> dict[str, str]:
    """Every query by where it stands."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = {f"panel {p['title']}": "\n".join(t["expr"] for t in p.get("targets", [])) for p in panels}
    return {rule["alert"]: rule["expr"] for rule in _rules()} | {k: v for k, v in shown.items() if v}


async def _told(client: httpx.AsyncClient) -> set[str]:
    """The names of all series that /metrics can tell, also of those that have none yet."""
    types = re.findall(r"^# TYPE (\S+) (\w+)$", (await client.get("/metrics")).text, re.MULTILINE)
    return {
        name.removesuffix("_total") + part if kind == "counter" else name + part
        for name, kind in types
        for part in PARTS[kind]
    }


async def test_every_metric_that_is_asked_for_is_told(own_client: httpx.AsyncClient) -> None:
    told = await _told(own_client)

    asked = {where: set(NAME.findall(query)) for where, query in _expressions().items()}
    assert len(asked) > 40
    assert {where: names - told for where, names in asked.items() if names - told} == {}


async def test_every_metric_of_ours_is_in_the_manual(own_client: httpx.AsyncClient) -> None:
    page = (DEPLOY.parent / "docs" / "operations.md").read_text()

    families = {
        re.sub("_(bucket|sum|count)$", "", name).removeprefix("scriptorium_")
        for name in await _told(own_client)
        if name.startswith("scriptorium_")
    }
    assert [name for name in sorted(families) if name not in page] == []


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in _rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    places = [panel["gridPos"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    cells = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("receiver", ["email_configs", "webhook_configs"])
def test_alerts_go_out_by_mail_and_webhook(receiver: str) -> None:
    config = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text())

    names = {config["route"]["receiver"], *(route["receiver"] for route in config["route"]["routes"])}
    assert names == {one["name"] for one in config["receivers"]}
    assert any(receiver in one for one in config["receivers"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "--syntax-only", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_prometheus_takes_the_rules_and_they_go_off_when_they_should(arguments: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool on PATH: it comes with Prometheus")

    result = subprocess.run(
        [promtool, *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr
