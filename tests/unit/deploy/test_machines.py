"""What starts the service on a machine without containers, and on Railway."""

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from configs.settings import Settings
from server.cli import app
from server.worker import CEREMONY

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
LONGEST_STOP = Settings.model_fields["bg_job_shutdown_grace_period_secs"].default + CEREMONY.total_seconds()
MOST_EXPOSED = 20  # tenths: below 2.0 of 10, by systemd's own measure


def _read(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign] - systemd's names have capitals
    parser.read_string(path.read_text())
    return parser


def _check_command(line: str) -> None:
    """The command line is one that our command takes."""
    program, *words = line.split()
    assert Path(program).name == "scriptorium"
    name, *options = words
    command = get_command(app).commands[name]  # type: ignore[attr-defined] - a group has them
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert {option for option in options if option.startswith("--")} <= known


@pytest.fixture
def copies(tmp_path: Path) -> list[Path]:
    """The units, with a program that is here; a template as its first instance."""
    paths: list[Path] = []
    for unit in UNITS:
        paths.append(tmp_path / unit.name.replace("@.", "@1."))
        paths[-1].write_text(unit.read_text().replace("/opt/scriptorium/bin/scriptorium", "/bin/true"))
    return paths


def test_systemd_takes_the_units(copies: list[Path]) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on PATH")

    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *copies], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_the_units_may_little(copies: list[Path]) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on PATH")
    for path in copies:
        result = subprocess.run(
            [
                "systemd-analyze",
                "security",
                "--offline=true",
                f"--threshold={MOST_EXPOSED}",
                "--no-pager",
                path,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout[-400:] + result.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_our_command_and_gives_it_time_to_stop(unit: Path) -> None:
    service = _read(unit)["Service"]

    _check_command(service["ExecStart"])
    assert int(service["TimeoutStopSec"]) > LONGEST_STOP
    assert service["User"] == "scriptorium"
    names = re.findall(
        r"\b([A-Z_]+)=", "\n".join(re.findall(r"^Environment=(.*)$", unit.read_text(), re.MULTILINE))
    )
    assert set(names) <= {field.alias for field in Settings.model_fields.values()}


def test_supervisor_starts_our_commands_gives_them_time_to_stop_and_rotates_their_logs() -> None:
    parser = _read(DEPLOY / "supervisor" / "scriptorium.conf")

    assert parser.sections() == ["program:scriptorium-api", "program:scriptorium-worker"]
    for section in parser.sections():
        program = parser[section]
        _check_command(program["command"])
        assert int(program["stopwaitsecs"]) > LONGEST_STOP
        assert program["stdout_logfile_maxbytes"] == "10MB"
        assert program["user"] == "scriptorium"


def test_railway_builds_our_image_and_starts_our_command() -> None:
    railway = tomllib.loads((DEPLOY / "railway.toml").read_text())

    assert (ROOT / railway["build"]["dockerfilePath"]).is_file()
    assert all((ROOT / pattern.split("/")[0]).exists() for pattern in railway["build"]["watchPatterns"])
    _check_command(railway["deploy"]["startCommand"])
    assert railway["deploy"]["drainingSeconds"] > LONGEST_STOP
