"""Services of one's own on PAI-EAS: JSON in, JSON out, with the raw token in ``Authorization``."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from tools.errors import ModelAnswerInvalid
from tools.llm.retries import Backoff, with_retries
from tools.llm.transport import ProviderClient, refused

MAX_ANSWER = 64 * 1024 * 1024  # bytes


class EasClient:
    """Calls one service.

    Args:
        endpoint: Its address, such as ``http://UID.REGION.pai-eas.aliyuncs.com/api/predict/NAME``.
        token: Its token.
        timeout: Seconds that one attempt may take.
        backoff: When a failed call is repeated.
        http: The client to use; None: one of its own, closed by ``close``.
    """

    def __init__(
        self,
        endpoint: str,
        token: SecretStr | None,
        *,
        timeout: float = 60.0,
        backoff: Backoff | None = None,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        secret = token.get_secret_value() if token else ""
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._backoff = backoff or Backoff(attempts=3)
        self._http = http or ProviderClient(secret.encode(), connect_seconds=10.0)

    def url(self, path: str = "") -> str:
        """The address of a path of the service: after the service's own, which urljoin would drop."""
        return f"{self._endpoint}/{path.lstrip('/')}" if path else self._endpoint

    async def call(self, body: Mapping[str, Any], path: str = "") -> Any:
        """What the service answers.

        Raises:
            ModelUnavailable: It did not answer, however often it was asked.
            ModelRefused: It will not, as with a wrong token.
            ModelAnswerInvalid: The answer is no JSON, or too large.
        """
        return await with_retries(lambda: self.call_once(body, path), self._backoff)

    async def call_once(self, body: Mapping[str, Any], path: str = "") -> Any:
        """As ``call``, without repeating it."""
        async with (
            asyncio.timeout(self._timeout),
            self._http.stream("POST", self.url(path), json=body, headers=self._headers()) as response,
        ):
            if not response.is_success:
                await response.aread()
                raise refused(response)
            answer = bytearray()
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) > MAX_ANSWER:
                    raise ModelAnswerInvalid(f"the service's answer is larger than {MAX_ANSWER} bytes")
        try:
            return json.loads(answer)
        except ValueError as error:
            raise ModelAnswerInvalid("the service's answer is no JSON") from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": self._token.get_secret_value()} if self._token else {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
