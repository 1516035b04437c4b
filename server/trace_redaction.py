"""Keeps out of spans what FastAPI puts into them and nobody should read there."""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

_QUERY = "url.query"


class QueryRedaction(SpanProcessor):
    """Covers a request's query, which may hold a callback's address or a user's words."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if _QUERY in (span.attributes or {}):
            span.set_attribute(_QUERY, "REDACTED")
