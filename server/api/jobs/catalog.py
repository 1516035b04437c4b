"""Which jobs this server does."""

from fastapi import APIRouter, Response

from server.api.deps import Open
from server.api.langgraph.answers import json_answer

router = APIRouter(prefix="/api/v1", tags=["jobs"])


@router.get("/graphs")
async def list_graphs(resources: Open) -> Response:
    """Every graph with its id, title and description."""
    return json_answer(
        [
            {
                "graph_id": graph.graph_id,
                "assistant_id": graph.assistant_id,
                "title": graph.title,
                "description": graph.description,
            }
            for graph in resources.catalog
        ]
    )
