"""JSON-RPC 2.0, by which other agents and their tools call this service."""

from dataclasses import dataclass
from typing import Any, cast

import orjson

from tools.errors import ErrorCategory, ServiceError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603

Params = dict[str, Any]
Answer = dict[str, Any]


class RpcError(Exception):
    """A call that fails, with the code that its caller reads."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    @classmethod
    def of(cls, error: ServiceError) -> "RpcError":
        """What a failure of the service is to a caller."""
        theirs = error.category in (ErrorCategory.INVALID_INPUT, ErrorCategory.NOT_FOUND)
        return cls(INVALID_PARAMS if theirs else INTERNAL_ERROR, error.message)


@dataclass(frozen=True, slots=True)
class Call:
    """One call; one without an id wants no answer."""

    id: str | int | None
    method: str
    params: Params

    def answer(self, result: Any) -> Answer:
        """The answer that carries a result."""
        return {"jsonrpc": "2.0", "id": self.id, "result": result}

    def failure(self, error: RpcError) -> Answer:
        """The answer that says what went wrong."""
        return failure(self.id, error)


def failure(call_id: str | int | None, error: RpcError) -> Answer:
    """The answer to a call, or to what is none."""
    return {"jsonrpc": "2.0", "id": call_id, "error": {"code": error.code, "message": str(error)}}


def read(body: bytes) -> Call:
    """The call in a request's body.

    Raises:
        RpcError: There is none.
    """
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RpcError(PARSE_ERROR, "Parse error: the body is no JSON.") from None
    match given:
        case {"jsonrpc": "2.0", "method": str(method)}:
            fields = cast("Params", given)
        case _:
            raise RpcError(INVALID_REQUEST, 'Invalid request: one object with "jsonrpc": "2.0" and a method.')
    call_id = fields.get("id")
    params: Any = fields.get("params") or {}
    if isinstance(call_id, bool) or not isinstance(call_id, str | int | None):
        raise RpcError(INVALID_REQUEST, "Invalid request: id must be a string or an integer.")
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "Invalid params: they must be an object.")
    return Call(call_id, method, cast("Params", params))
