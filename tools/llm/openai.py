"""Chat models on any OpenAI-compatible server."""

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tools.llm.roles import ModelChoice

#: Local servers want no key, but the client insists on one.
_NO_KEY = SecretStr("none")


def open_chat(choice: ModelChoice, *, connect_seconds: float) -> ChatOpenAI:
    """A client for this model. Reads certificates from disk: call it outside the event loop.

    Retries and the time-outs of an answer are the caller's; the client does neither.
    """
    return ChatOpenAI(
        model=choice.model,
        base_url=choice.base_url,
        api_key=choice.api_key or _NO_KEY,
        temperature=choice.temperature,
        max_retries=0,
        timeout=connect_seconds,
        stream_chunk_timeout=None,
        stream_usage=True,
        use_responses_api=False,
        disable_streaming=False,
    )
