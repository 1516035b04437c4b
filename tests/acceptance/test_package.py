"""What `pip install` puts on a machine is complete."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("graphs", "tools", "server", "prompts", "configs")
DATA = {".md", ".txt", ".yaml", ".js", ".css", ".html", ".svg", ".mako", ".lua"}


def test_the_wheel_holds_every_module_and_every_data_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", tmp_path, ROOT], check=True, capture_output=True, timeout=100)
    (wheel,) = tmp_path.glob("*.whl")

    packed = set(zipfile.ZipFile(wheel).namelist())

    wanted = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA | {".py"} and "__pycache__" not in path.parts
    }
    assert wanted - packed == set()
    assert {name.split("/")[0] for name in packed} - set(PACKAGES) == {
        wheel.name.rsplit("-", 3)[0] + ".dist-info"
    }
