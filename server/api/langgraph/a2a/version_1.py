"""The forms of version 1.0, in which objects have no ``kind`` and names are those of enumerations."""

from typing import Any, cast

Object = dict[str, Any]

METHODS = {
    "SendMessage": "message/send",
    "SendStreamingMessage": "message/stream",
    "GetTask": "tasks/get",
    "ListTasks": "tasks/list",
    "CancelTask": "tasks/cancel",
    "SubscribeToTask": "tasks/resubscribe",
    "CreateTaskPushNotificationConfig": "tasks/pushNotificationConfig/set",
    "GetTaskPushNotificationConfig": "tasks/pushNotificationConfig/get",
    "ListTaskPushNotificationConfigs": "tasks/pushNotificationConfig/list",
    "DeleteTaskPushNotificationConfig": "tasks/pushNotificationConfig/delete",
    "GetExtendedAgentCard": "agent/getAuthenticatedExtendedCard",
}
_WRAPPED = {"task": "task", "status-update": "statusUpdate", "artifact-update": "artifactUpdate"}


def result(method: str, value: Object) -> Object:
    """A result as the caller of one of METHODS reads it."""
    shown = _renamed(value)
    if method in ("SendMessage", "SendStreamingMessage", "SubscribeToTask"):
        return {_WRAPPED[value["kind"]]: shown}
    return shown


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("Object", value)
    if fields.get("kind") == "data":
        return {"data": fields["data"]}
    shown: Object = {}
    for key, item in fields.items():
        if key == "role":
            shown[key] = f"ROLE_{item.upper()}"
        elif key == "state":
            shown[key] = f"TASK_STATE_{item.upper().replace('-', '_')}"
        elif key not in ("kind", "final"):
            shown[key] = _renamed(item)
    return shown
