"""Profiles: from the table, and one's own."""

import pytest

from tools.errors import InvalidInput
from tools.subtitles.profiles import profile_of


def test_a_region_has_its_languages_profile_and_an_unlisted_language_the_defaults() -> None:
    assert profile_of("zh-TW").cpl == 16
    assert profile_of("xx") == profile_of("yy")
    assert profile_of("en", {"cps": 15}).cps == 15


@pytest.mark.parametrize(
    ("overrides", "named"),
    [({"cps": 0}, "cps"), ({"cpll": 3}, "cpll"), ({"min_ms": 9000}, "min_ms must not exceed max_ms")],
)
def test_an_impossible_value_is_named(overrides: dict[str, int], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        profile_of("en", overrides)
