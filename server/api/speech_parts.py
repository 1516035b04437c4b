"""How the parts of a conversation are, by iDialogue's names."""

from server.resources import Resources

HEALTHY = "healthy"


def speech_services(resources: Resources) -> dict[str, str]:
    """How the parts of a conversation are."""
    is_hearing = resources.sessions.parts.engine.info.name != "off"
    is_answering = resources.runs.roles.choices.get("fast") or resources.runs.roles.choices.get("primary")
    return {
        "websocket": HEALTHY,
        "stt": HEALTHY if is_hearing else "off",
        "tts": resources.sessions.parts.speaker.name,
        "llm": HEALTHY if is_answering else "offline",
        "session_manager": HEALTHY,
        "request_manager": HEALTHY,
    }
