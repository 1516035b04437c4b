"""Topics of texts by a service on PAI-EAS: one that answers as the old platform's did, or as ours does."""

from typing import Any, cast

import httpx2

from tools.errors import ErrorCategory, ModelAnswerInvalid, ServiceError

_SECONDS = 30.0


async def infer_topics(url: str, token: str, texts: list[str]) -> dict[str, Any]:
    """Ask an EAS service for the topics of texts.

    Args:
        url: Of the service, such as https://UID.REGION.pai-eas.aliyuncs.com/api/predict/SERVICE.
        token: Sent as it is, without "Bearer".
        texts: At least one.

    Returns:
        ``{"topics": [{"id", "label"}], "documents": [{"shares"}]}``, as an analysis on this machine has it;
        ids from 1 on, and no labels, where the service names none.

    Raises:
        ServiceError: "eas_unavailable" or "eas_refused".
        ModelAnswerInvalid: It answers with something else than a distribution for each text.
    """
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS) as http:
            answer = await http.post(url, json={"texts": texts}, headers={"Authorization": token})
    except httpx2.TransportError as error:
        raise _failed("eas_unavailable", type(error).__name__, ErrorCategory.CONNECTIVITY) from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise _failed("eas_unavailable", str(answer.status_code), ErrorCategory.CONNECTIVITY)
    if answer.status_code >= 400:
        is_key = answer.status_code in (401, 403)
        category = ErrorCategory.AUTHENTICATION if is_key else ErrorCategory.INVALID_INPUT
        raise _failed("eas_refused", str(answer.status_code), category)
    return _read(answer, len(texts))


def _read(answer: httpx2.Response, count: int) -> dict[str, Any]:
    try:
        given = _object(answer.json())
    except ValueError:
        given = {}
    rows = _list(given.get("topic_distributions"))
    rows = rows or [_object(one).get("shares") for one in _list(given.get("documents"))]
    topics = _list(given.get("topics"))
    width = len(topics) or max((len(_list(row)) for row in rows), default=0)
    if len(rows) != count or not width or not all(_is_distribution(row, width) for row in rows):
        raise ModelAnswerInvalid(
            f"PAI-EAS answers with something else than a distribution over topics for each of {count} texts",
            hint="TOPICS_EAS_URL leads to a service that answers with topic_distributions or documents.",
        )
    unnamed = [{"id": id, "label": None} for id in range(1, width + 1)]
    return {"topics": topics or unnamed, "documents": [{"shares": row} for row in rows]}


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _is_distribution(row: object, width: int) -> bool:
    """None says that a text has no word that is known."""
    values = _list(row)
    return row is None or (len(values) == width and all(_is_share(value) for value in values))


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _failed(code: str, why: str, category: ErrorCategory) -> ServiceError:
    return ServiceError(
        f"PAI-EAS does not answer: {why}",
        hint="See TOPICS_EAS_URL and TOPICS_EAS_TOKEN.",
        code=code,
        category=category,
    )
