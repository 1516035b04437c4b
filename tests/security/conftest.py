"""A service that tells users apart, and people who use it."""

from collections.abc import Iterator

import pytest

from tests.conftest import Server
from tests.fixtures.people import People
from tests.fixtures.served_projects import SECURED_PROJECT, serving

SECRET = "a-secret-of-these-tests-that-is-long-enough"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with accounts of its own, without the limits that a test does not ask for."""
    data = tmp_path_factory.mktemp("data")
    with serving(
        SECURED_PROJECT,
        data,
        AUTH="on",
        ALLOW_REGISTRATION=True,
        LOGIN_RATE=0,
        REGISTRATION_RATE=0,
        AUTH_SECRET=SECRET,
        ACCESS_TOKEN_MINUTES=600,  # the matrix keeps its tokens; on a busy machine it takes long
        WEBHOOK_ALLOW_PRIVATE=True,
        METRICS_TOKEN="a-token-for-prometheus",
    ) as server:
        yield server


@pytest.fixture
def people(secured: Server) -> Iterator[People]:
    """Makes accounts."""
    with People(secured) as people:
        yield people
