"""When a schedule fires: cron expressions of five or six fields, read in a time zone.

When clocks change, a schedule that gives its minute and its hour means a time of day. It fires once on each
day that it names: a time in the hour that is left out moves past the gap, one in the hour that comes twice
fires the first time. A schedule whose minute or hour starts with a star means steps of time that passes. It
goes through the doubled hour twice and through the missing one never. So does Debian's cron.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from tools.errors import InvalidInput

MAX_LENGTH = 200  # characters of an expression
LONGEST_REPEAT = timedelta(hours=3)  # by which clocks are put back at most

_MINUTE, _HOUR = -5, -4  # places among the fields, seen from the end
_ONE_MINUTE = timedelta(minutes=1)
_ONE_SECOND = timedelta(seconds=1)


class Timetable:
    """The moments that a cron expression names in a time zone.

    Args:
        schedule: Minute, hour, day of the month, month, day of the week; or these after seconds.
        timezone: A name of the IANA database.

    Raises:
        InvalidInput: For an expression or a zone that cannot be read, or one that never comes.
    """

    def __init__(self, schedule: str, timezone: str) -> None:
        self._zone = _zone(timezone)
        self._schedule = schedule
        _check(schedule)
        fields = schedule.split()
        self._is_time_of_day = not fields[_MINUTE].startswith("*") and not fields[_HOUR].startswith("*")
        if self.after(datetime.now(UTC)) is None:
            raise _wrong_schedule(schedule, "no date in the next 50 years fits it")

    def after(self, moment: datetime) -> datetime | None:
        """The first moment later than this one, in UTC; None when there is none within 50 years."""
        return next((found for found in self._moments(moment) if found > moment), None)

    def latest(self, count: int, *, until: datetime) -> list[datetime]:
        """The last moments up to and including this one, at most this many, oldest first."""
        start = until + (LONGEST_REPEAT if self._is_time_of_day else _ONE_SECOND)
        found = (moment for moment in self._moments(start, reverse=True) if moment <= until)
        return list(islice(_without_repeats(found), count))[::-1]

    def _moments(self, start: datetime, *, reverse: bool = False) -> Iterator[datetime]:
        """Moments in order from about this one on, in UTC; a gap's moments may repeat."""
        local = start.astimezone(self._zone)
        if self._is_time_of_day:
            wall = local.replace(tzinfo=None)
            for found in CronSim(self._schedule, wall, reverse=reverse):
                yield _real(found, self._zone)
        else:
            for found in CronSim(self._schedule, local, reverse=reverse):
                yield found.astimezone(UTC)


def _real(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which clocks show this, or the first one after the gap that they skip it in, in UTC."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    while moment.astimezone(zone).replace(tzinfo=None) != wall:
        wall += _ONE_MINUTE
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment


def _without_repeats(moments: Iterator[datetime]) -> Iterator[datetime]:
    last = None
    for moment in moments:
        if moment != last:
            yield moment
        last = moment


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a relative path, a folder
        raise InvalidInput(
            f"timezone: {name[:100]!r} is no time zone.",
            hint="Give a name of the IANA database, such as Europe/Berlin, Asia/Shanghai or UTC.",
            code="invalid_timezone",
        ) from None


def _check(schedule: str) -> None:
    fields = len(schedule.split())
    if fields not in (5, 6) or len(schedule) > MAX_LENGTH:
        raise _wrong_schedule(
            schedule, f"it must have five fields, or six with seconds first, in {MAX_LENGTH} characters"
        )
    try:
        CronSim(schedule, datetime.now(UTC))
    except (CronSimError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise _wrong_schedule(schedule, str(error)) from error


def _wrong_schedule(schedule: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"schedule: {schedule[:MAX_LENGTH]!r} cannot be used: {reason[0].lower()}{reason[1:]}.",
        hint="Such as '30 7 * * MON-FRI' (07:30 on weekdays) or '*/10 * * * * *' (every ten seconds).",
        code="invalid_schedule",
    )
