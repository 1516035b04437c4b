"""Profiles: from the table, and one's own."""

import pytest

from tools.errors import InputTooLarge, InvalidInput
from tools.subtitles.profiles import profile_of, read_profiles


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


def test_children_read_more_slowly_and_the_deaf_are_told_more() -> None:
    speeds = [profile_of("zh", viewers=viewers).cps for viewers in ("children", "adults", "sdh")]

    assert speeds == [7, 9, 11]
    assert profile_of("zh", viewers="children").cpl == 16
    assert profile_of("fr", viewers="children").cps == 13


def test_a_table_of_ones_own_goes_before_ours_and_a_request_before_both() -> None:
    own = read_profiles(b"defaults: {cpl: 37}\nlanguages:\n  zh: {cps: 8}\n  zh-TW: {max_lines: 1}\n")

    assert (profile_of("de", own=own).cpl, profile_of("de", own=own).cps) == (37, 17)
    assert profile_of("zh", own=own).cps == 8
    taiwan = profile_of("zh-TW", {"cps": 10}, own=own)
    assert (taiwan.cps, taiwan.max_lines, taiwan.cpl) == (10, 1, 37)


def test_the_keys_of_a_profile_alone_hold_for_every_language() -> None:
    own = read_profiles(b"cps: 15\nmax_lines: 1\n")

    assert {profile_of(language, own=own).cps for language in ("en", "zh", "xx")} == {15}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"cps: [", "no YAML at line 1"),
        (b"[" * 60_000, "no YAML"),
        (b"cps: fast", "cps"),
        (b"cpss: 3", "cpss"),
        (b"- 1", "profile"),
        (b"languages: {zh: {cps: -1}}", "cps"),
        (b"languages: {zh: {cpx: 1}}", "cpx"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(data: bytes, named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        read_profiles(data)


def test_a_table_over_the_limit_is_refused() -> None:
    with pytest.raises(InputTooLarge):
        read_profiles(b"#" * 70_000)
