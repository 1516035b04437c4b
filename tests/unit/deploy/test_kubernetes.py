"""The manifests: no cluster takes them here, so they are held against Kubernetes' own schemas."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from configs.settings import PLACEHOLDER, Settings
from server.worker import CEREMONY

FOLDER = Path(__file__).parents[3] / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
KUBERNETES = "1.30"  # the oldest that they are for
LONGEST_STOP = Settings.model_fields["bg_job_shutdown_grace_period_secs"].default + CEREMONY.total_seconds()


def _documents(*names: str) -> Iterable[dict[str, Any]]:
    return (document for name in names for document in yaml.safe_load_all((FOLDER / name).read_text()))


OBJECTS = list(_documents(*KUSTOMIZATION["resources"], "secret.example.yaml"))
DEPLOYMENTS = {o["metadata"]["name"]: o for o in OBJECTS if o["kind"] == "Deployment"}
CONFIGURED = dict(line.split("=", 1) for line in KUSTOMIZATION["configMapGenerator"][0]["literals"])


def _of_kind(kind: str) -> list[dict[str, Any]]:
    return [o for o in OBJECTS if o["kind"] == kind]


def _pod(deployment: dict[str, Any]) -> dict[str, Any]:
    return deployment["spec"]["template"]["spec"]


@pytest.mark.parametrize("document", OBJECTS, ids=lambda o: f"{o['kind']}-{o['metadata']['name']}")
@pytest.mark.parametrize("version", [KUBERNETES, "1.34"])
def test_a_manifest_fits_the_schema_and_says_nothing_that_is_unknown(
    document: dict[str, Any], version: str
) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_every_manifest_is_applied_but_the_example_of_a_secret() -> None:
    there = {path.name for path in FOLDER.glob("*.yaml")}

    assert there - set(KUSTOMIZATION["resources"]) == {
        "kustomization.yaml",
        "secret.example.yaml",
        "prometheus-adapter.example.yaml",
    }


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_process_is_restarted_by_ok_alone_and_gets_requests_when_its_parts_answer(name: str) -> None:
    (container,) = _pod(DEPLOYMENTS[name])["containers"]

    assert container["livenessProbe"]["httpGet"]["path"] == "/ok"
    assert (
        container["readinessProbe"]["httpGet"]["path"]
        == {
            "scriptorium-api": "/api/health",
            "scriptorium-worker": "/metrics",
        }[name]
    )
    assert container["readinessProbe"]["timeoutSeconds"] > 2  # that a part's probe may take


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_gets_the_time_that_a_stop_may_take(name: str) -> None:
    assert _pod(DEPLOYMENTS[name])["terminationGracePeriodSeconds"] > LONGEST_STOP + 5  # before the signal


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_may_as_little_as_the_namespace_demands(name: str) -> None:
    pod = _pod(DEPLOYMENTS[name])
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]


def test_selectors_lead_to_pods() -> None:
    labels = [tuple(_pod_labels(d).items()) for d in DEPLOYMENTS.values()]
    selectors = [
        *(o["spec"]["selector"] for o in _of_kind("Service") if "selector" in o["spec"]),
        *(o["spec"]["selector"]["matchLabels"] for o in _of_kind("PodDisruptionBudget")),
        *(
            o["spec"]["podSelector"]["matchLabels"]
            for o in _of_kind("NetworkPolicy")
            if o["spec"]["podSelector"]
        ),
    ]

    assert len(selectors) == 5
    assert [one for one in selectors if tuple(one.items()) not in labels] == []


def _pod_labels(deployment: dict[str, Any]) -> dict[str, str]:
    return deployment["spec"]["template"]["metadata"]["labels"]


def test_workers_are_as_many_as_the_queue_is_long() -> None:
    (scaler,) = [
        o for o in _of_kind("HorizontalPodAutoscaler") if o["metadata"]["name"] == "scriptorium-worker"
    ]
    (metric,) = scaler["spec"]["metrics"]
    adapter = yaml.safe_load((FOLDER / "prometheus-adapter.example.yaml").read_text())

    assert metric["external"]["metric"]["name"] == adapter["rules"]["external"][0]["name"]["as"]
    assert metric["external"]["target"]["averageValue"] == CONFIGURED["N_JOBS_PER_WORKER"]
    assert "replicas" not in DEPLOYMENTS["scriptorium-worker"]["spec"]


def test_what_is_configured_is_a_setting() -> None:
    (secret,) = _of_kind("Secret")
    settings = {field.alias for field in Settings.model_fields.values()}

    assert {*CONFIGURED, *secret["stringData"]} <= settings
    assert all(PLACEHOLDER in value for value in secret["stringData"].values())


def test_kustomize_puts_them_together() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl on PATH")

    result = subprocess.run([kubectl, "kustomize", FOLDER], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    made = list(yaml.safe_load_all(result.stdout))
    assert len(made) == len(OBJECTS)  # with the map of settings, without the example of a secret
    for document in made:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
