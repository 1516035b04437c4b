"""Personal data out of texts, before anything else sees them."""

import re

_KINDS = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("key", re.compile(r"\b(?:sk|pk|ghp|AKIA|LTAI)[-_]?[A-Za-z0-9]{16,}\b")),
    (
        "id",
        re.compile(
            r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
        ),
    ),
    ("card", re.compile(r"(?<!\d)(?:\d[ -]?){15}\d(?:[ -]?\d{3})?(?!\d)")),
    (
        "phone",
        re.compile(r"(?<![\d.])(?:\+?\d{1,3}[ -]?)?(?:1[3-9]\d{9}|\(?\d{3,4}\)?[ -]\d{3,4}[ -]?\d{4})(?!\d)"),
    ),
    ("ip", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
)


def mask(text: str) -> tuple[str, int]:
    """The text without addresses, keys, and numbers of phones, identity and bank cards; and how many.

    Names of people are not found.
    """
    count = 0
    for kind, pattern in _KINDS:
        text, found = pattern.subn(f"[{kind}]", text)
        count += found
    return text, count
