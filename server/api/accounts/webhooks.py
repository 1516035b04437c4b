"""Webhooks: what became of every delivery, and once more, please."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from server.api.deps import Open, RunId
from server.api.langgraph.answers import json_answer
from server.db.models import Delivery, DeliveryStatus

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.get("")
async def list_deliveries(
    resources: Open,
    run_id: UUID | None = None,
    status: DeliveryStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Deliveries with their attempts, newest first."""
    found = await resources.webhooks.search(
        run_id=str(run_id) if run_id else None, status=status, limit=limit
    )
    return json_answer([delivery_json(delivery) for delivery in found])


@router.post("/{run_id}/resend", status_code=202)
async def resend(run_id: RunId, resources: Open) -> Response:
    """Deliver once more, with as many retries as at first."""
    answer = json_answer(delivery_json(await resources.webhooks.resend(run_id)))
    answer.status_code = 202
    return answer


def delivery_json(delivery: Delivery) -> dict[str, object]:
    """A delivery as the API shows it."""
    return {
        "run_id": delivery.run_id,
        "url": delivery.url,
        "created_at": delivery.created_at.isoformat(),
        "status": delivery.status,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at.isoformat() if delivery.next_attempt_at else None,
    }
