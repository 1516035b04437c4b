"""What outlives a conversation: profiles that the user keeps, and what was talked about with each partner.

It lies in LangGraph's store, in which whoever runs the graph shows each user their own part alone. Talks are
kept for partners with an id; profiles only when ``setup.keep`` says so.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, TypeVar

from langgraph.store.base import BaseStore
from pydantic import ValidationError

from graphs.dialogue.state import Conversation, Partner, Person, Profile, Summary, Talk

_PROFILES = ("dialogue", "profiles")
_PARTNERS = ("dialogue", "partners")
_MOST_TALKS = 5  # that a model is told of
_MOST_READ = 100

P = TypeVar("P", bound=Person)


async def recall(store: BaseStore, conversation: Conversation, own_id: str) -> Conversation:
    """The conversation with what is kept of its people.

    Args:
        store: Where it is kept.
        conversation: Its own words come before what is kept.
        own_id: The conversation's, whose summary is no earlier talk.
    """
    partner_id = conversation["partner"].get("id")
    profile, partner, talks = await asyncio.gather(
        _kept(store, Profile, _PROFILES, "me"),
        _kept(store, Partner, _PARTNERS, partner_id),
        _talks(store, partner_id, own_id),
    )
    given = conversation["partner"]
    is_named_alone = given.keys() <= {"id"}
    return Conversation(
        {
            **conversation,
            "profile": conversation["profile"] or profile,
            "partner": {**partner, "id": partner_id}
            if is_named_alone and partner
            else conversation["partner"],
            "talks": talks,
        }
    )


async def keep_people(store: BaseStore, conversation: Conversation) -> None:
    """Keep the profiles for other conversations."""
    if conversation["profile"]:
        await store.aput(_PROFILES, "me", conversation["profile"], index=False)
    if partner_id := conversation["partner"].get("id"):
        await store.aput(_PARTNERS, partner_id, conversation["partner"], index=False)


async def keep_talk(store: BaseStore, conversation: Conversation, own_id: str, summary: Summary) -> None:
    """Keep what was talked about; a later summary of the same conversation takes its place."""
    if partner_id := conversation["partner"].get("id"):
        talk = Talk(
            id=own_id,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            summary=summary["text"],
            facts=[fact["text"] for fact in summary["facts"]],
        )
        await store.aput(_talks_with(partner_id), own_id, dict(talk), index=False)


async def _kept(
    store: BaseStore, kind: type[P], namespace: tuple[str, ...], key: str | None
) -> dict[str, Any]:
    """A profile; empty when there is none, or when what lies there is none: its owner can write it, too."""
    item = await store.aget(namespace, key) if key else None
    try:
        return kind.model_validate(item.value).model_dump(exclude_defaults=True) if item else {}
    except ValidationError:
        return {}


async def _talks(store: BaseStore, partner_id: str | None, own_id: str) -> list[Talk]:
    if partner_id is None:
        return []
    items = await store.asearch(_talks_with(partner_id), limit=_MOST_READ)
    talks = [
        Talk(
            id=item.key,
            at=str(item.value.get("at", "")),
            summary=str(item.value.get("summary", "")),
            facts=[str(fact) for fact in item.value.get("facts", ())],
        )
        for item in items
        if item.key != own_id
    ]
    return sorted(talks, key=lambda talk: talk["at"])[-_MOST_TALKS:]


def _talks_with(partner_id: str) -> tuple[str, ...]:
    return ("dialogue", "talks", partner_id)
