"""Which models there are: those that are configured, by role."""

from fastapi import APIRouter, Response

from server.api.deps import Open
from server.api.jobs.translator.envelope import FAILURES, EnvelopeRoute, success

router = APIRouter(
    prefix="/api/v1/models", tags=["translation"], route_class=EnvelopeRoute, responses=FAILURES
)


@router.get("")
async def list_models(resources: Open) -> Response:
    """Every role with its model; a role without one is offline."""
    choices = resources.runs.roles.choices
    return success(
        [
            {
                "id": choice.name if choice else "offline",
                "name": choice.name if choice else "offline",
                "role": role,
                "type": choice.ability if choice else None,
                "available": choice is not None,
            }
            for role, choice in choices.items()
        ]
    )
