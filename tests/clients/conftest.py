"""What clients' tests share: packages from npm, and which tests are not met yet."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
UNMET = HERE / "unmet.txt"


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of ``js/package.json``."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("JAVASCRIPT CLIENTS NOT TESTED: no node and npm on PATH")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "npm"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first of the test processes installs for all
        if not (folder / "installed").exists():
            _install(folder)
            (folder / "installed").touch()
    return folder


def _install(folder: Path) -> None:
    shutil.copy(HERE / "js" / "package.json", folder)
    call = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--silent"]
    install = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
    if install.returncode != 0:
        pytest.skip(f"JAVASCRIPT CLIENTS NOT TESTED: npm cannot install: {install.stderr[:200]!r}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests named in ``unmet.txt`` must fail: the file tells the truth at every moment.

    Those with ``sometimes`` before their name may fail.
    """
    unmet = set(UNMET.read_text(encoding="utf-8").split("\n"))
    for item in items:
        name = item.nodeid.removeprefix("tests/clients/")
        if name in unmet or f"sometimes {name}" in unmet:
            mark = pytest.mark.xfail(strict=name in unmet, reason="not met, see tests/clients/unmet.txt")
            item.add_marker(mark)
