"""Which path is which provider's."""

from dataclasses import replace

from starlette.routing import BaseRoute, Route, WebSocketRoute

from evals.model_server import (
    anthropic_messages,
    control,
    dashscope_http,
    eas,
    openai_audio,
    openai_chat,
    openai_embeddings,
    openai_responses,
)
from evals.model_server.dashscope_inference import InferenceSocket
from evals.model_server.dashscope_realtime import RealtimeSocket
from evals.model_server.endpoint import Endpoint
from evals.model_server.exchange import Exchange
from evals.model_server.failures import Form
from evals.model_server.server import ModelServer

_OPENAI_POSTS = {
    "/chat/completions": Endpoint(form=Form.OPENAI, read=openai_chat.read, write=openai_chat.write),
    "/responses": Endpoint(form=Form.OPENAI, read=openai_responses.read, write=openai_responses.write),
    "/embeddings": Endpoint(
        form=Form.OPENAI, read=openai_embeddings.read, write=openai_embeddings.write, needs_answer=False
    ),
    "/rerank": Endpoint(
        form=Form.OPENAI,
        read=dashscope_http.read_rerank,
        write=dashscope_http.write_rerank,
        needs_answer=False,
    ),
    "/audio/transcriptions": Endpoint(
        form=Form.OPENAI, read=openai_audio.read_sound, write=openai_audio.write_text
    ),
    "/audio/speech": Endpoint(
        form=Form.OPENAI, read=openai_audio.read_text, write=openai_audio.write_sound, needs_answer=False
    ),
}
_QWEN_POSTS = {
    "/chat/completions": Endpoint(form=Form.QWEN, read=openai_chat.read_qwen, write=openai_chat.write),
    "/embeddings": Endpoint(
        form=Form.QWEN, read=openai_embeddings.read_qwen, write=openai_embeddings.write, needs_answer=False
    ),
}
_MODELS = Endpoint(
    form=Form.OPENAI, read=openai_audio.read_list, write=openai_audio.write_list, needs_answer=False
)
_MESSAGES = Endpoint(form=Form.ANTHROPIC, read=anthropic_messages.read, write=anthropic_messages.write)
_RERANK = Endpoint(
    form=Form.DASHSCOPE,
    read=dashscope_http.read_rerank,
    write=dashscope_http.write_rerank,
    needs_answer=False,
)
_DASHSCOPE_POSTS = {
    "rerank/text-rerank/text-rerank": _RERANK,
    "embeddings/text-embedding/text-embedding": Endpoint(
        form=Form.DASHSCOPE,
        read=dashscope_http.read_embeddings,
        write=dashscope_http.write_embeddings,
        needs_answer=False,
    ),
    "aigc/multimodal-generation/generation": Endpoint(
        form=Form.DASHSCOPE, read=dashscope_http.read_generation, write=dashscope_http.write_generation
    ),
    "audio/asr/transcription": Endpoint(
        form=Form.DASHSCOPE, read=dashscope_http.read_transcription, write=dashscope_http.write_transcription
    ),
}
_TASK = Endpoint(
    form=Form.DASHSCOPE, read=dashscope_http.read_task, write=dashscope_http.write_task, needs_answer=False
)
_EAS = Endpoint(form=Form.OPENAI, read=eas.read, write=eas.write, needs_raw_token=True)


def routes(server: ModelServer) -> list[BaseRoute]:
    """All paths of the server."""
    posts = {f"/v1{path}": endpoint for path, endpoint in _OPENAI_POSTS.items()}
    posts |= {f"/api/v1{path}": endpoint for path, endpoint in _OPENAI_POSTS.items()}  # OpenRouter
    posts |= {f"/compatible-mode/v1{path}": endpoint for path, endpoint in _QWEN_POSTS.items()}
    posts |= {
        f"/api/predict/{{service}}/v1{path}": replace(endpoint, takes_raw_token=True)
        for path, endpoint in _OPENAI_POSTS.items()
    }
    posts |= {"/v1/messages": _MESSAGES, "/apps/anthropic/v1/messages": _MESSAGES}
    posts |= {"/compatible-api/v1/reranks": _RERANK}
    posts |= {f"/api/v1/services/{path}": endpoint for path, endpoint in _DASHSCOPE_POSTS.items()}
    posts |= {"/api/predict/{service}": _EAS, "/api/predict/{service}/": _EAS}
    gets = {f"{base}/models": _MODELS for base in ("/v1", "/api/v1", "/compatible-mode/v1")}
    gets |= {"/api/predict/{service}/v1/models": replace(_MODELS, takes_raw_token=True)}
    gets |= {"/api/v1/tasks/{task_id}": _TASK}
    return [
        *(Route(path, Exchange(server, endpoint), methods=["POST"]) for path, endpoint in posts.items()),
        *(Route(path, Exchange(server, endpoint), methods=["GET"]) for path, endpoint in gets.items()),
        WebSocketRoute("/api-ws/v1/inference", InferenceSocket(server)),
        WebSocketRoute("/api-ws/v1/inference/", InferenceSocket(server)),
        WebSocketRoute("/api-ws/v1/realtime", RealtimeSocket(server)),
        *control.routes(server),
    ]
