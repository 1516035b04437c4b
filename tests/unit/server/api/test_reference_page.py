"""The page at /docs says what the OpenAPI document says, and asks nobody else."""

import re

import pytest

from server.api.application import build_api
from server.api.reference_page import page


@pytest.fixture(scope="module")
def html() -> str:
    return page(build_api().openapi(), "/below")


def test_every_route_is_told(html: str) -> None:
    document = build_api().openapi()

    told = re.findall(r'<code class="method">(\w+)</code> <code>(.+?)</code>', html)

    assert sorted(told) == sorted(
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    )


def test_nothing_of_another_host_is_asked_for_and_no_script_runs(html: str) -> None:
    assert set(re.findall(r'(?:href|src)="([^#"][^"]*)"', html)) == {
        "/below/openapi.json",
        *(f"/below/console/{name}" for name in ("icon.svg", "style.css", "reference.css")),
    }
    assert "<script" not in html
    assert "style=" not in html


def test_every_link_within_the_page_leads_somewhere(html: str) -> None:
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(re.findall(r'id="([^"]+)"', html))


def test_texts_never_become_markup() -> None:
    operation = {"tags": ["<b>"], "description": "<script>x</script>", "parameters": []}
    document = {
        "info": {"title": "A & B", "version": "1"},
        "paths": {"/x": {"get": operation}},
        "components": {"schemas": {}},
    }

    html = page(document, "")

    assert "<script>" not in html
    assert "<b>" not in html
    assert "A &amp; B" in html
