"""The command of a training container, in a folder as its bucket shows it."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from evals.topics_planted import plant
from server.topics_train import topics_train
from tools.topics.running.folder import FAILED
from tools.topics.running.job import Job

PROFILE = Job(
    step="profile", settings={"files": {"f": "a.csv"}}, files={"f": b"text\n" + b"some words\n" * 9}
)


def trained(folder: Path, job: Job, *options: str) -> int:
    """The exit code; a bucket has no empty folders, so that there is no out/ before."""
    (folder / "in").mkdir()
    for name, data in job.files.items():
        (folder / "in" / name).write_bytes(data)
    (folder / "job.json").write_text(json.dumps({"step": job.step, "settings": job.settings}))
    app = typer.Typer()
    app.command()(topics_train)
    return CliRunner().invoke(app, [str(folder), *options]).exit_code


def test_a_job_leaves_its_results_and_says_at_last_which_they_are(tmp_path: Path) -> None:
    assert trained(tmp_path, PROFILE) == 0

    names = json.loads((tmp_path / "done.json").read_text())["files"]
    assert names == ["profile.json"] == [path.name for path in (tmp_path / "out").iterdir()]


def test_a_job_that_cannot_be_done_leaves_the_reason_and_no_results(tmp_path: Path) -> None:
    empty = Job(step="profile", settings=PROFILE.settings, files={"f": b"text\n"})

    assert trained(tmp_path, empty) == FAILED
    assert json.loads((tmp_path / "error.json").read_text())["code"] == "empty_input"
    assert not (tmp_path / "done.json").exists()


def test_a_tuning_looks_for_its_model_in_the_folder_that_is_named(tmp_path: Path) -> None:
    models, folder = tmp_path / "models", tmp_path / "job"
    (models / "other").mkdir(parents=True)
    (models / "other" / "config.json").write_text("{}")
    folder.mkdir()
    corpus = plant(seed=1, documents=10).corpus.save()
    job = Job(step="tune", settings={"tuning": {"base": "tiny"}, "seed": 1}, files={"corpus.zip": corpus})

    assert trained(folder, job, "--models", str(models)) == FAILED
    told = json.loads((folder / "error.json").read_text())
    assert (told["code"], "There are: other" in told["hint"]) == ("unknown_base", True)
