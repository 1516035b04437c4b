"""How checkpoints are named and framed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import keys
from server.checkpoint import layout

names = st.text(max_size=20)


@given(names, names)
def test_different_threads_never_share_a_key(a: str, b: str) -> None:
    if a != b:
        assert not set(layout.thread_keys(a)) & set(layout.thread_keys(b))


@given(names)
def test_all_keys_of_a_thread_share_its_hash_tag(thread: str) -> None:
    tags = {key[key.index("{") : key.index("}") + 1] for key in layout.thread_keys(thread)}

    assert tags == {f"{{{keys.tag(thread)}}}"}
    assert keys.tag(thread)
    assert not set("{}") & set(keys.tag(thread))


@given(names)
def test_no_thread_shares_the_registrys_keys(thread: str) -> None:
    assert not {keys.CHECKPOINT_THREADS, keys.CHECKPOINT_RUNS} & set(layout.thread_keys(thread))


@given(st.lists(names, min_size=1, max_size=4))
def test_joined_names_come_apart_as_they_were(parts: list[str]) -> None:
    assert layout.split(layout.join(*parts).encode()) == parts


@given(names, names, names, names, names, names)
def test_different_values_never_share_a_field(a: str, b: str, c: str, d: str, e: str, f: str) -> None:
    if (a, b, c) != (d, e, f):
        assert layout.blob_field(a, b, c) != layout.blob_field(d, e, f)


@given(names, names, names)
def test_a_blob_field_tells_its_channel(namespace: str, channel: str, version: str) -> None:
    assert layout.channel_of(layout.blob_field(namespace, channel, version)) == channel


def test_versions_of_different_types_stay_apart() -> None:
    versions = (1, "1", 1.0, "%int:1")

    assert len({layout.blob_field("", "c", version) for version in versions}) == len(versions)


@given(names, names, st.lists(names.filter(bool), max_size=3), st.lists(names, max_size=3))
def test_a_manifest_comes_back_as_it_was(
    parent: str, run: str, ancestors: list[str], channels: list[str]
) -> None:
    blobs = [layout.blob_field("", channel, "1") for channel in channels]
    manifest = layout.Manifest(parent, run, ancestors, blobs)

    assert layout.unpack_manifest(manifest.pack().encode()) == manifest


@given(st.text(max_size=60, alphabet=st.characters(codec="ascii")), st.binary())
def test_a_framed_value_comes_back_as_it_was(kind: str, data: bytes) -> None:
    assert layout.unpack(layout.pack((kind, data))) == (kind, data)


@given(names, names, st.binary())
def test_a_write_comes_back_as_it_was(path: str, channel: str, packed: bytes) -> None:
    assert layout.unpack_write(layout.pack_write(path, channel, packed)) == (path, channel, packed)


@pytest.mark.parametrize("other", ["1f", "1f1e", "1f1f", "1f1e6"])
def test_the_range_of_a_checkpoints_writes_holds_no_other_checkpoints(other: str) -> None:
    name = layout.join("ns", "1f1e5")
    low, high = layout.name_range(name)

    def inside(write: str) -> bool:
        return low[1:] <= write.encode() < high[1:]

    assert inside(layout.write_name(name, "task", -3))
    assert inside(layout.write_name(name, "", 99))
    assert not inside(layout.write_name(layout.join("ns", other), "task", 0))
