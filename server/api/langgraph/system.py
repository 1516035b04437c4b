"""Is the server there, and what is it?"""

from importlib.metadata import version

from fastapi import APIRouter, Response

from server.api.deps import Open
from server.api.langgraph.answers import json_answer

router = APIRouter(tags=["system"])


@router.get("/ok")
async def ok() -> Response:
    """Health: answers as soon as requests are served."""
    return json_answer({"ok": True, "services": {}})


@router.get("/info")
async def info(resources: Open) -> Response:
    """Versions, and which parts of the API are here."""
    return json_answer(
        {
            "version": version("scriptorium-service"),
            "langgraph_py_version": version("langgraph"),
            "flags": {
                "assistants": True,
                "crons": False,
                "langsmith": False,
                "langsmith_tracing_replicas": False,
            },
            "host": {
                "kind": "self-hosted",
                "project_id": None,
                "host_revision_id": None,
                "revision_id": None,
                "tenant_id": None,
            },
            "graphs": [graph.graph_id for graph in resources.catalog],
        }
    )
