"""Which path is which provider's."""

from starlette.routing import Route

from evals.model_server import openai_chat
from evals.model_server.endpoint import Endpoint
from evals.model_server.exchange import Exchange
from evals.model_server.failures import Form
from evals.model_server.server import ModelServer

_CHAT = Endpoint(form=Form.OPENAI, read=openai_chat.read, write=openai_chat.write)
_QWEN_CHAT = Endpoint(form=Form.QWEN, read=openai_chat.read_qwen, write=openai_chat.write)

POSTS = {
    "/v1/chat/completions": _CHAT,
    "/api/v1/chat/completions": _CHAT,
    "/compatible-mode/v1/chat/completions": _QWEN_CHAT,
}


def routes(server: ModelServer) -> list[Route]:
    """All paths of the server."""
    return [Route(path, Exchange(server, endpoint), methods=["POST"]) for path, endpoint in POSTS.items()]
