"""Lets the OpenAPI document say how callers authenticate, as a project's langgraph.json has it."""

from typing import Any, cast

from fastapi import FastAPI

from server.runs.langgraph_json import SecuritySpec


def document_security(app: FastAPI, spec: SecuritySpec) -> None:
    """Add the project's schemes and requirements to the application's document, once it is made."""
    make = app.openapi

    def described() -> dict[str, Any]:
        is_made = app.openapi_schema is not None
        document = make()
        if not is_made:
            _describe(document, spec)
        return document

    app.openapi = described


def _describe(document: dict[str, Any], spec: SecuritySpec) -> None:
    document.setdefault("components", {}).setdefault("securitySchemes", {}).update(spec.security_schemes)
    if spec.security:
        document["security"] = spec.security
    for path, methods in spec.paths.items():
        operations = cast("dict[str, Any]", document["paths"].get(path, {}))
        for method, requirements in methods.items():
            if method.lower() in operations:
                operations[method.lower()]["security"] = requirements
