"""What the command line makes of options for an audiobook."""

from pathlib import Path

import pytest

from server.audiobook_files import input_of
from tools.errors import InvalidInput
from tools.storage.local import LocalStorage


async def test_voices_are_edits_and_the_rest_goes_where_the_graph_has_it(tmp_path: Path) -> None:
    options = {"voice.narrator": "en-us+m1", "title": "The Lamp", "language": "en", "speed": 1.5}

    given = await input_of({"text": "a"}, options, LocalStorage(tmp_path))

    assert given == {
        "text": "a",
        "title": "The Lamp",
        "language": "en",
        "options": {"speed": 1.5},
        "edits": [{"op": "voice", "id": "narrator", "voice": "en-us+m1"}],
    }


async def test_a_review_is_refused_where_nobody_can_be_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"options\.review"):
        await input_of({"text": "a"}, {"review": True}, LocalStorage(tmp_path))
