"""What a project's langgraph.json says of webhooks: where they may go, and what they carry."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.runs.addresses import split
from server.runs.langgraph_json import LangGraphJson, UrlPolicy
from tools.errors import InvalidInput

_VARIABLE = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")


@dataclass(frozen=True, kw_only=True)
class WebhookPolicy:
    """The rules for URLs, headers and payloads; by default there are none."""

    is_disabled: bool = False
    url: UrlPolicy = field(default_factory=UrlPolicy)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    allowed_fields: tuple[str, ...] | None = None  #: Of the payload; None for all.

    @classmethod
    def of(cls, project: LangGraphJson) -> "WebhookPolicy":
        """A project's policy; raises InvalidInput for a header with a variable that is not there."""
        spec = project.webhooks
        if spec is None:
            return cls(is_disabled=project.http.disable_webhooks)
        headers = {name: _filled(value, spec.env_prefix) for name, value in spec.headers.items()}
        return cls(
            is_disabled=project.http.disable_webhooks,
            url=spec.url or UrlPolicy(),
            headers=headers,
            allowed_fields=None if spec.allowed_fields is None else tuple(spec.allowed_fields),
        )

    @property
    def may_be_private(self) -> bool:
        """Whether the project leaves it to the server if private addresses may be called."""
        return not (self.url.disable_loopback or self.url.disable_private_ips)

    def check(self, url: str) -> None:
        """Raise InvalidInput for a URL that is against the rules."""
        if self.is_disabled:
            raise InvalidInput("This server calls no webhooks.", code="webhooks_disabled")
        if problem := self._problem(url):
            raise InvalidInput(f"webhook: {problem}.", hint="See webhooks.url.", code="callback_refused")

    def payload(self, whole: dict[str, Any]) -> dict[str, Any]:
        """The fields that may be told."""
        if self.allowed_fields is None:
            return whole
        return {name: value for name, value in whole.items() if name in self.allowed_fields}

    def _problem(self, url: str) -> str | None:
        rules, parts = self.url, split(url)
        host = (parts.hostname or "").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if len(url) > rules.max_url_length:
            return f"the URL has more than {rules.max_url_length} characters"
        if rules.require_https and parts.scheme != "https":
            return "the URL must begin with https://"
        if rules.allowed_ports is not None and port not in rules.allowed_ports:
            return f"port {port} is not among {rules.allowed_ports}"
        if rules.allowed_domains and not any(_fits(host, d) for d in rules.allowed_domains):
            return f"the host {host[:100]!r} is not among the allowed domains"
        return None


def _fits(host: str, domain: str) -> bool:
    wanted = domain.lower()
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def _filled(template: str, prefix: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if not name.startswith(prefix) or name not in os.environ:
            raise InvalidInput(
                f"webhooks.headers: there is no variable {name}, or it does not begin with {prefix}.",
                hint="Set it in the environment or under env.",
                code="invalid_config",
            )
        return os.environ[name]

    return _VARIABLE.sub(value, template)
