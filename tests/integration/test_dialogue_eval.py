"""The eval of replies sees what it is there to see."""

import pytest

from evals.dialogue import main
from tools.dialogue import checking


def test_oracle_fills_every_slot(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--situations", "20", "--check"]) == 0
    assert "all goals reached" in capsys.readouterr().out


def test_broken_check_is_seen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "partner_signs", lambda *_: [])

    assert main(["--situations", "30", "--faults", "--check"]) == 1
    assert "from the partner's point of view" in capsys.readouterr().out
