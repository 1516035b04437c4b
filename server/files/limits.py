"""How large files may be, how much one may have, and how long they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.db.models import Retention
from tools.storage import sniffing
from tools.storage.spool import SizeLimit


@dataclass(frozen=True, kw_only=True)
class FileLimits:
    """Limits of files.

    Args:
        quota: Bytes that one owner's files may come to; 0 is no limit.
        kept_for: How long files of a kind are kept; without an entry, until they are deleted.
    """

    max_file_size: int
    max_video_size: int
    quota: int = 0
    kept_for: Mapping[Retention, timedelta] = field(default_factory=dict[Retention, timedelta])

    @property
    def largest(self) -> int:
        """The most bytes that any file may have."""
        return max(self.max_file_size, self.max_video_size)

    def of_type(self, media_type: str) -> SizeLimit:
        """The limit of files of a type."""
        if sniffing.is_video(media_type):
            return SizeLimit(self.max_video_size, "MAX_VIDEO_SIZE")
        return SizeLimit(self.max_file_size, "MAX_FILE_SIZE")

    def of_head(self, head: bytes, name: str) -> SizeLimit:
        """The limit of a file by its first bytes; raises InvalidInput for what is not taken."""
        found = sniffing.media_type(head, name)
        sniffing.refuse_program(found, name)
        return self.of_type(found)

    def expiry(self, retention: Retention, moment: datetime) -> datetime | None:
        """When a file of this kind is over that was made at a moment."""
        kept = self.kept_for.get(retention)
        return moment + kept if kept is not None else None
