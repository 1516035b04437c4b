"""What the contract tests share."""

import pytest


@pytest.fixture(autouse=True)
def _every_test_closes_its_clients(closed_clients: None) -> None:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    """As a process does at its end."""
