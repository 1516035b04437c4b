"""Reading and scoring the WP2021 format, on an instance of our own."""

from pathlib import Path

import pytest

from evals import wp2021
from evals.attribution import ALL

ROSTER = "\ufeff1 周立民 立民\n0 林岚\n"
SENTENCES = [f"第{number}句话，没有人。" for number in range(1, 21)]
SENTENCES[9] = "立民和林岚坐在门口。"
SENTENCES[10:10] = ["“你冷吗？”"]
SENTENCES[11] = "林岚问。"


def write(folder: Path, sentences: list[str]) -> Path:
    lines = ["Instance index: 0", *sentences, "Speaker: 林岚", "Speaker index: 1", "Category: explicit"]
    (folder / "name_list.txt").write_text(ROSTER, encoding="utf-8")
    path = folder / "dev_unsplit.txt"
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n\r\n").encode())
    return path


def test_an_instance_keeps_its_sentences_and_labels(tmp_path: Path) -> None:
    (instance,) = wp2021.load_instances(write(tmp_path, SENTENCES))

    start, end = instance.quotation
    assert instance.text[start:end] == "“你冷吗？”"
    assert (instance.speaker, instance.category) == ("林岚", "explicit")


def test_a_roster_line_is_a_gender_bit_a_name_and_aliases(tmp_path: Path) -> None:
    write(tmp_path, SENTENCES)

    assert wp2021.load_roster(tmp_path) == [
        wp2021.RosterEntry(names=("周立民", "立民"), gender="male"),
        wp2021.RosterEntry(names=("林岚",), gender="female"),
    ]


def test_an_instance_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="20 sentences, not 21"):
        wp2021.load_instances(write(tmp_path, SENTENCES[:-1]))


def test_the_speaker_of_the_eleventh_sentence_is_scored_by_category(tmp_path: Path) -> None:
    instances = wp2021.load_instances(write(tmp_path, SENTENCES))

    categories, methods = wp2021.score(instances, wp2021.load_roster(tmp_path))

    assert {key: share.accuracy for key, share in categories.items()} == {"explicit": 1, ALL: 1}
    assert list(methods) == ["said_name"]
