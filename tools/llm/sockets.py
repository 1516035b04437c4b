"""WebSockets of DashScope."""

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.requests import require_url

_MAX_EVENT = 16 * 1024 * 1024  # bytes
_CLOSE_SECONDS = 0.2  # that the far side may take to say goodbye: who cancels does not wait for it

# At DEBUG the library logs every header, and so the key.
_wire = logging.getLogger("tools.llm.sockets.wire")
_wire.setLevel(logging.INFO)


async def open_socket(
    models: ChatModels, choice: ModelChoice, path: str, query: Mapping[str, str] | None = None
) -> ClientConnection:
    """A connection to one of its WebSockets, with the key.

    Raises:
        InvalidInput: Nobody says where they are.
        Exception: One of failures.transport_errors().
    """
    url = require_url(choice, choice.websocket_url, "DASHSCOPE_WEBSOCKET_URL")
    key = choice.api_key.get_secret_value() if choice.api_key else ""
    return await connect(
        f"{url}/{path}" + (f"?{urlencode(query)}" if query else ""),
        additional_headers={"Authorization": f"Bearer {key}"} if key else {},
        open_timeout=models.limits.first_token,
        close_timeout=_CLOSE_SECONDS,
        max_size=_MAX_EVENT,
        logger=_wire,
    )
