"""``make smoke-pai`` where nothing is set up, and where PAI-DLC says no."""

from pathlib import Path

import pytest

from configs.settings import Settings
from evals.dlc_server import KEY_ID, KEY_SECRET, dlc_server
from evals.smoke_pai import smoke
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
        settings = Settings(
            DATA_DIR=tmp_path,
            TOPICS_TRAINING="dlc",
            OSS_BUCKET_NAME=oss.bucket,
            OSS_REGION=oss.region,
            OSS_ENDPOINT=oss.url,
            OSS_ACCESS_KEY_ID=oss.key_id,
            OSS_ACCESS_KEY_SECRET=oss.key_secret,
            PAI_DLC_ENDPOINT=dlc.url,
            PAI_ACCESS_KEY_ID=KEY_ID,
            PAI_ACCESS_KEY_SECRET=KEY_SECRET,
            PAI_WORKSPACE_ID="1234",
            PAI_DLC_IMAGE="registry/scriptorium-topics:1",
        )

        with pytest.raises(ServiceError, match="NoPermission"):
            await smoke(settings)

        assert oss.objects == {}
