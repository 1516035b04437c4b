"""Bytes in a bucket of Alibaba Cloud OSS (needs the extra ``oss``); the SDK blocks, so threads call it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

import alibabacloud_oss_v2 as oss
from alibabacloud_oss_v2.exceptions import BaseError, OperationError, ServiceError
from alibabacloud_oss_v2.signer import SignerV4
from alibabacloud_oss_v2.types import HttpRequest, SigningContext

from tools.errors import Unavailable
from tools.storage.blobs import CHUNK, Link, checked, missing

MAX_CONNECTIONS = 50
RETRIES = 3  # of the SDK, for what may pass

Result = TypeVar("Result")


class OssBlobs:
    """Blobs in a bucket, below a prefix.

    Args:
        endpoint: Where the service itself reaches OSS; inside Alibaba Cloud an internal one costs nothing.
        link_endpoint: Where clients reach it by links; "" for the same.
        prefix: Of every key; ends with a slash.
    """

    def __init__(
        self,
        *,
        bucket: str,
        region: str,
        endpoint: str,
        access_key_id: str,
        access_key_secret: str,
        prefix: str = "scriptorium/",
        link_endpoint: str = "",
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._region = region
        self._credentials = oss.credentials.StaticCredentialsProvider(access_key_id, access_key_secret)

        def client(at: str) -> Any:
            config = oss.config.load_default()
            config.credentials_provider = self._credentials
            config.region, config.endpoint = region, at
            config.retry_max_attempts = RETRIES
            return oss.Client(config)

        self._client = client(endpoint)
        self._links = client(link_endpoint) if link_endpoint else self._client

    async def put(self, key: str, source: Path) -> None:
        await self._call(
            key, self._client.put_object_from_file, oss.PutObjectRequest(**self._place(key)), str(source)
        )
        await asyncio.to_thread(source.unlink)

    async def size(self, key: str) -> int:
        found: Any = await self._call(
            key, self._client.head_object, oss.HeadObjectRequest(**self._place(key))
        )
        return int(found.content_length)

    async def read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if length == 0:
            return
        end = "" if length is None else str(start + length - 1)
        part = {"range_header": f"bytes={start}-{end}"} if start or length is not None else {}
        request = oss.GetObjectRequest(**self._place(key), **cast("Any", part))
        found: Any = await self._call(key, self._client.get_object, request)
        chunks: Iterator[bytes] = found.body.iter_bytes(block_size=CHUNK)
        try:
            while chunk := await self._call(key, _following, chunks):
                yield chunk
        finally:
            await asyncio.to_thread(found.body.close)

    async def delete(self, key: str) -> None:
        await self._call(key, self._client.delete_object, oss.DeleteObjectRequest(**self._place(key)))

    async def keys(self, *, before: datetime | None = None) -> AsyncIterator[str]:
        token: str | None = None
        while True:
            request = oss.ListObjectsV2Request(
                bucket=self._bucket, prefix=self._prefix, continuation_token=token
            )
            page: Any = await self._call(self._prefix, self._client.list_objects_v2, request)
            contents: list[Any] = page.contents or []
            for found in contents:
                if before is None or found.last_modified < before:
                    yield str(found.key).removeprefix(self._prefix)
            token = page.next_continuation_token
            if not page.is_truncated:
                return

    async def check(self) -> None:
        key = f"check/{uuid4().hex}"
        request = oss.PutObjectRequest(**self._place(key), body=b"check")
        await self._call(key, self._client.put_object, request)
        await self.delete(key)

    def download_link(self, key: str, *, name: str, media_type: str, lasting: timedelta) -> Link | None:
        request = oss.GetObjectRequest(
            **self._place(key),
            response_content_type=media_type,
            response_content_disposition=f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        )
        expires_at = datetime.now(UTC) + lasting
        return Link(method="GET", url=self._presigned(request, lasting), headers={}, expires_at=expires_at)

    def upload_link(self, key: str, *, size: int, lasting: timedelta) -> Link | None:
        # The SDK's presign signs no length, so that its links take files of any: its signer can.
        unsigned = self._presigned(oss.PutObjectRequest(**self._place(key)), lasting).split("?")[0]
        request = HttpRequest("PUT", unsigned, headers={"content-length": str(size)})
        expires_at = datetime.now(UTC) + lasting
        context = SigningContext(
            product="oss",
            region=self._region,
            bucket=self._bucket,
            key=self._prefix + checked(key),
            request=request,
            credentials=self._credentials.get_credentials(),
            additional_headers={"content-length"},
        )
        context.auth_method_query, context.expiration_time = True, expires_at
        SignerV4().sign(context)
        headers = {"Content-Length": str(size)}
        return Link(method="PUT", url=str(request.url), headers=headers, expires_at=expires_at)

    def _presigned(self, request: Any, lasting: timedelta) -> str:
        found: Any = self._links.presign(request, expires=lasting)
        return str(found.url)

    def _place(self, key: str) -> Any:
        return {"bucket": self._bucket, "key": self._prefix + checked(key)}

    async def _call(self, key: str, function: Callable[..., Result], *given: Any) -> Result:
        """Call the SDK in a thread; its errors become ours."""
        try:
            return await asyncio.to_thread(function, *given)
        except BaseError as error:
            cause: Any = error.unwrap() if isinstance(error, OperationError) else error
            if _is_missing(cause):
                raise missing(key) from error
            what = _name(cause)
            raise Unavailable(
                f"The storage OSS does not do what it is asked: {what}.",
                hint="Try again; see OSS_ENDPOINT, OSS_BUCKET_NAME and the key's rights.",
                code="storage_unavailable",
            ) from error


def _is_missing(error: BaseException) -> bool:
    known: Any = error
    return isinstance(error, ServiceError) and known.status_code == 404 and known.code != "NoSuchBucket"


def _name(error: Any) -> str:
    """An error without its message, which may quote what was signed."""
    if isinstance(error, ServiceError):
        known: Any = error
        return f"{known.code} ({known.request_id})"
    return type(error).__name__


def _following(chunks: Iterator[bytes]) -> bytes:
    return next(chunks, b"")
