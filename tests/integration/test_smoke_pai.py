"""``make smoke-pai`` where nothing is set up, and where PAI-DLC says no."""

from pathlib import Path

import pytest

from configs.settings import Settings
from evals.dlc_server import dlc_server
from evals.smoke_pai import smoke
from tests.fixtures.dlc_settings import dlc_settings
from tests.fixtures.oss_server import oss_server
from tools.errors import ServiceError


async def test_without_keys_nothing_is_asked_and_what_it_needs_is_named(tmp_path: Path) -> None:
    dlc, eas = await smoke(Settings(DATA_DIR=tmp_path, PAI_WORKSPACE_ID="1234"), base="tiny")

    assert dlc.startswith("PAI-DLC: not asked; set TOPICS_TRAINING=dlc; not set: OSS_BUCKET_NAME, ")
    assert dlc.endswith("PAI_ACCESS_KEY_ID, PAI_ACCESS_KEY_SECRET, PAI_DLC_IMAGE")
    assert eas == "PAI-EAS: not asked; not set: TOPICS_EAS_URL, TOPICS_EAS_TOKEN"


async def test_what_pai_dlc_says_against_it_is_told(tmp_path: Path) -> None:
    pytest.importorskip("alibabacloud_oss_v2", reason="the SDK of OSS is not installed: extra [oss]")
    with oss_server() as oss, dlc_server(tmp_path, failures=[(403, "NoPermission")]) as dlc:
        settings = dlc_settings(tmp_path, oss, dlc)

        with pytest.raises(ServiceError, match="NoPermission"):
            await smoke(settings)

        assert oss.objects == {}
