"""Who may see how the whole service does: what is counted there is nobody's own."""

import secrets
from ipaddress import ip_address

from starlette.requests import Request

from server.api.auth.ownership import identity_of
from server.resources import Resources
from tools.errors import Forbidden, Unauthenticated


async def check(request: Request, resources: Resources) -> None:
    """Let admins, the holder of METRICS_TOKEN and this machine pass; all, where nobody is told apart.

    Raises:
        Unauthenticated: Nobody known asks.
        Forbidden: A user asks who is no admin.
    """
    settings, is_projects = resources.settings, resources.project.auth is not None
    if (settings.auth == "off" and not is_projects) or _is_local(request):
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    token = settings.metrics_token
    if token is not None and scheme.lower() == "bearer":
        expected = token.get_secret_value().encode()
        if secrets.compare_digest(given.encode(), expected):
            return
    identity = None if is_projects else await identity_of(resources.accounts, request.headers, {})
    if identity is None:
        raise Unauthenticated(
            "Metrics are for admins and for the holder of METRICS_TOKEN.",
            hint="Send it as Authorization: Bearer.",
        )
    if identity.account.role != "admin":
        raise Forbidden("For admins only.")


def _is_local(request: Request) -> bool:
    """Whether this machine asks; of a proxy on it, uvicorn tells whom it asks for."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
