"""Is the server there, and what is it?"""

from collections.abc import Collection
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from server.api import reference_page
from server.api.deps import Open
from server.api.langgraph.answers import json_answer

router = APIRouter(tags=["system"])


@router.get("/ok")
async def ok(
    resources: Open, check_db: Annotated[bool, Query(description="Ask the database and Redis, too.")] = False
) -> Response:
    """Health: answers as soon as requests are served; 503 when a part that it was to ask does not answer."""
    if check_db and not resources.project.http.disable_meta:
        await resources.database.check()
        await resources.dispatcher.fair_queue.waiting()
    return json_answer({"ok": True, "services": {}})


@router.get("/info")
async def info(request: Request, resources: Open) -> Response:
    """Versions, and which parts of the API are here."""
    return json_answer(
        {
            "version": version("scriptorium-service"),
            "langgraph_py_version": version("langgraph"),
            "flags": _flags(request.app.openapi()["paths"]),
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


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    """The OpenAPI document as a page."""
    prefix = request.scope.get("root_path", "").rstrip("/")
    policy = {"Content-Security-Policy": reference_page.POLICY}
    return HTMLResponse(reference_page.page(request.app.openapi(), prefix), headers=policy)


def _flags(routes: Collection[str]) -> dict[str, bool]:
    """Which parts of the official API are here, by their routes."""
    return {
        "assistants": "/assistants/search" in routes,
        "crons": "/runs/crons" in routes,
        "langsmith": False,
        "langsmith_tracing_replicas": False,
        "strict_resume": True,
    }
