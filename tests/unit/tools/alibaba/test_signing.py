"""Signatures of Alibaba Cloud's gateway, against the example of its documentation."""

import hashlib
from datetime import UTC, datetime

from tools.alibaba.signing import AccessKey, Secret, signed_headers

KEY = AccessKey(id="YourAccessKeyId", secret=Secret("YourAccessKeySecret"))


def test_a_request_is_signed_as_the_documentations_example() -> None:
    headers = signed_headers(
        KEY,
        "POST",
        "ecs.cn-shanghai.aliyuncs.com",
        "/",
        {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
        b"",
        action="RunInstances",
        version="2014-05-26",
        now=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
        content_type=None,
    )

    assert headers["x-acs-content-sha256"] == hashlib.sha256(b"").hexdigest()
    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
        "x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_secret_is_in_no_repr() -> None:
    assert "YourAccessKeySecret" not in repr(KEY)
