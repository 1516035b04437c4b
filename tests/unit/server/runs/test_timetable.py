"""When schedules fire."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.runs.timetable import Timetable
from tools.errors import InvalidInput

SPRING = "2026-03-29"  # Berlin: 02:00 to 03:00 is left out
AUTUMN = "2026-10-25"  # Berlin: 02:00 to 03:00 comes twice


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fires(schedule: str, timezone: str, start: str, end: str) -> list[str]:
    """Every moment between two in UTC, as text."""
    timetable, found = Timetable(schedule, timezone), []
    moment = timetable.after(at(start))
    while moment is not None and moment < at(end):
        found.append(moment.strftime("%H:%M:%S"))
        moment = timetable.after(moment)
    return found


def test_five_fields_fire_at_the_full_minute() -> None:
    assert fires("*/20 7 * * *", "UTC", "2026-01-01", "2026-01-02") == ["07:00:00", "07:20:00", "07:40:00"]


def test_six_fields_begin_with_seconds() -> None:
    assert fires("*/20 30 7 * * *", "UTC", "2026-01-01", "2026-01-02") == ["07:30:00", "07:30:20", "07:30:40"]


def test_a_schedule_is_read_in_its_zone() -> None:
    assert fires("30 7 * * *", "Asia/Shanghai", "2026-01-01", "2026-01-02") == ["23:30:00"]


@pytest.mark.parametrize("schedule", ["30 2 * * *", "0 30 2 * * *"])
def test_a_time_in_the_missing_hour_moves_past_the_gap(schedule: str) -> None:
    assert fires(schedule, "Europe/Berlin", SPRING, "2026-03-30") == ["01:00:00"]


def test_times_that_move_to_the_same_moment_fire_once() -> None:
    assert fires("0,30 2 * * *", "Europe/Berlin", SPRING, "2026-03-30") == ["01:00:00"]


@pytest.mark.parametrize("schedule", ["30 2 * * *", "0 30 2 * * *"])
def test_a_time_in_the_doubled_hour_fires_the_first_time_only(schedule: str) -> None:
    assert fires(schedule, "Europe/Berlin", AUTUMN, "2026-10-26") == ["00:30:00"]


def test_a_time_that_passed_in_the_doubled_hour_does_not_come_back() -> None:
    assert Timetable("50 2 * * *", "Europe/Berlin").after(at(f"{AUTUMN} 01:40")) == at("2026-10-26 01:50")


@pytest.mark.parametrize("schedule", ["*/30 * * * *", "0 */30 * * * *"])
def test_steps_of_time_go_through_the_doubled_hour_twice(schedule: str) -> None:
    found = fires(schedule, "Europe/Berlin", f"{AUTUMN} 00:00", f"{AUTUMN} 02:10")

    assert found == ["00:30:00", "01:00:00", "01:30:00", "02:00:00"]


@pytest.mark.parametrize("schedule", ["*/30 * * * *", "0 */30 * * * *"])
def test_steps_of_time_do_not_notice_the_missing_hour(schedule: str) -> None:
    assert fires(schedule, "Europe/Berlin", f"{SPRING} 00:20", f"{SPRING} 01:20") == ["00:30:00", "01:00:00"]


@pytest.mark.parametrize("schedule", ["0 * * * *", "0,30 2 * * *", "50 2 * * *", "*/7 * * * * *"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_looking_back_finds_what_looking_forward_finds(schedule: str, day: str) -> None:
    timetable = Timetable(schedule, "Europe/Berlin")

    found = timetable.latest(50, until=at(f"{day} 01:40"))

    assert found[-1] <= at(f"{day} 01:40") < timetable.after(found[-1])  # type: ignore[operator]
    assert all(timetable.after(earlier) == later for earlier, later in pairwise(found))
    assert len(found) == 50


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("", "five fields"),
        ("* * * *", "five fields"),
        ("* * * * * * *", "five fields"),
        ("60 * * * *", "bad minute"),
        ("* 24 * * *", "bad hour"),
        ("* * * * 9", "bad day-of-week"),
        ("61 * * * * *", "bad second"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 */20 2 1L", "50 years"),
        ("*/0 * * * *", "bad minute"),
        ("@daily", "five fields"),
        ("9" * 5000 + " * * * *", "200 characters"),
    ],
    ids=lambda text: text[:20],
)
def test_a_schedule_that_cannot_be_read_is_explained(schedule: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Timetable(schedule, "UTC")

    assert raised.value.message.startswith("schedule: ")
    assert reason in raised.value.message
    assert "30 7 * * MON-FRI" in raised.value.hint


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "America", "../etc/passwd", "/etc/localtime", "\0"])
def test_a_zone_that_is_none_is_explained(zone: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Timetable("* * * * *", zone)

    assert raised.value.message.startswith("timezone: ")
    assert "Europe/Berlin" in raised.value.hint


FIELDS = st.sampled_from(["*", "*/5", "0", "1-3", "2,4", "30", "L", "LW", "MON#2", "5L", "FEB", "*/0", "31"])
ODD = st.text("0123456789*/-,#LWMONJAN²", min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(FIELDS | ODD, min_size=5, max_size=6).map(" ".join))
def test_any_text_is_a_schedule_or_refused(schedule: str) -> None:
    try:
        timetable = Timetable(schedule, "Europe/Berlin")
    except InvalidInput:
        return
    start = at("2026-01-01")
    following = timetable.after(start)
    assert following is not None
    assert following > start
