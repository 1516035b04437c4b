"""Casting: people who talk with each other get voices that can be told apart."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.audiobook.casting import Part, Role, cast, fit, scenes_of
from tools.audiobook.lines import NARRATOR
from tools.audiobook.voices import Voice, distance, espeak_voices, model_voices, pitch_of

ESPEAK = espeak_voices("en-us", ["m1", "m2", "m3", "m4", "m5", "m7", "m8", "f1", "f2", "f3", "f4", "f5"])
READER = Role(id=NARRATOR, name="narrator", lines=100)


def people(*genders: str) -> list[Role]:
    return [
        Role(id=f"c{n}", name=f"P{n}", lines=10, gender="male" if sex == "m" else "female")
        for n, sex in enumerate(genders)
    ]


def by_role(parts: list[Part]) -> dict[str, Part]:
    return {part.role: part for part in parts}


def test_scenes_are_counted_between_speakers_who_are_near_each_other() -> None:
    scenes = scenes_of([(0, "a"), (0, "b"), (0, "a"), (0, None), (1, "c"), (1, "a")])

    assert scenes == {frozenset("ab"): 2, frozenset("ac"): 1}


def test_everybody_in_one_scene_gets_a_voice_of_their_gender_that_is_far_from_the_others() -> None:
    roles = [READER, *people(*"mmmfff")]
    scenes = scenes_of([(0, f"c{n}") for n in range(6)] * 4)

    parts = by_role(cast(roles, ESPEAK, scenes, {}))

    known = {voice.id: voice for voice in ESPEAK}
    chosen = [known[parts[role.id].voice] for role in roles]
    assert [voice.gender for voice in chosen[1:]] == ["male"] * 3 + ["female"] * 3
    assert min(distance(a, b) for a, b in combinations(chosen, 2)) >= 0.2
    assert not any(part.too_close_to for part in parts.values())
    assert set(parts["c0"].talks_with) == {"c1", "c2", "c3", "c4", "c5"}


def test_with_few_voices_people_who_never_meet_share_one() -> None:
    voices = model_voices("qwen3-tts-flash", [])
    roles = [READER, *people(*"ffff")]
    scenes = scenes_of([(0, "c0"), (0, "c1"), (1, "c2"), (1, "c3")])

    parts = by_role(cast(roles, voices, scenes, {}))

    assert parts["c0"].voice != parts["c1"].voice
    assert parts["c2"].voice != parts["c3"].voice
    assert {part.voice for part in parts.values()} <= {"Cherry", "Serena", "Chelsie", "Ethan"}


def test_more_speakers_than_voices_are_told_apart_as_far_as_they_can_be_and_it_is_said() -> None:
    scenes = scenes_of([(0, "c0"), (0, "c1"), (0, "c2")])
    parts = by_role(
        cast([*people(*"mmm")], [Voice(id="a", gender="male"), Voice(id="b", gender="male")], scenes, {})
    )

    assert sorted(part.voice for part in parts.values()) == ["a", "a", "b"]
    assert [part.role for part in parts.values() if part.too_close_to]


def test_a_chosen_voice_stays_and_the_others_keep_away_from_it() -> None:
    roles = [READER, *people(*"mm")]
    free = by_role(cast(roles, ESPEAK, {}, {}))
    chosen = by_role(cast(roles, ESPEAK, {}, {NARRATOR: free["c0"].voice, "c1": "of-my-own"}))

    assert (chosen[NARRATOR].voice, chosen["c1"].voice, chosen["c1"].is_locked) == (
        free["c0"].voice,
        "of-my-own",
        True,
    )
    assert chosen["c0"].voice != free["c0"].voice


def test_who_had_a_voice_keeps_it_when_another_is_chosen_for_somebody_else() -> None:
    roles = [READER, *people(*"mmf")]
    scenes = scenes_of([(0, "c0"), (0, "c1"), (0, "c2")])
    before = {part.role: part.voice for part in cast(roles, ESPEAK, scenes, {})}

    after = {part.role: part.voice for part in cast(roles, ESPEAK, scenes, {"c0": "en-us+m7"}, before)}

    assert after == before | {"c0": "en-us+m7"}


def test_age_and_style_speak_for_a_voice() -> None:
    old = Voice(id="v", gender="male", age="old", styles=("deep", "rough"))

    assert fit(Role(id="a", name="A", gender="male", age="old", styles=("deep", "rough")), old) == 75
    assert fit(Role(id="a", name="A", gender="male", age="adult"), old) == 45
    assert fit(Role(id="a", name="A"), old) == 27.5


def test_a_pitch_that_is_none_is_the_usual_one() -> None:
    assert [pitch_of(id) for id in ("en+f2@1.18", "en+f2", "en@x", "en@99")] == [1.18, 1, 1, 1]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, *"abcdef"])), max_size=60))
def test_every_role_gets_one_of_the_voices(quotations: list[tuple[int, str | None]]) -> None:
    roles = [READER, *(Role(id=id, name=id) for id in "abcdef")]

    parts = cast(roles, ESPEAK, scenes_of(quotations), {})

    assert [part.role for part in parts] == [role.id for role in roles]
    assert {part.voice for part in parts} <= {voice.id for voice in ESPEAK}
