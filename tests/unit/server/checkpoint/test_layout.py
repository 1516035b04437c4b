"""How checkpoints are named and framed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import keys
from server.checkpoint import layout

names = st.text(max_size=20)


@given(names, names, names, names)
def test_different_threads_and_namespaces_never_share_a_key(a: str, b: str, c: str, d: str) -> None:
    if (a, b) != (c, d):
        assert layout.namespace_keys(a, b).data != layout.namespace_keys(c, d).data


@given(names)
def test_all_keys_of_a_thread_share_its_hash_tag(thread: str) -> None:
    found = layout.namespace_keys(thread, "ns")

    tags = {key[key.index("{") : key.index("}") + 1] for key in (found.data, found.checkpoints, found.writes)}
    assert tags == {f"{{{keys.tag(thread)}}}"}
    assert keys.tag(thread)
    assert not set("{}") & set(keys.tag(thread))


@given(names, names, names, names)
def test_different_channels_and_versions_never_share_a_field(a: str, b: str, c: str, d: str) -> None:
    if (a, b) != (c, d):
        assert layout.blob_field(a, b) != layout.blob_field(c, d)


@given(names, names)
def test_a_blob_field_tells_its_channel(channel: str, version: str) -> None:
    assert layout.channel_of(layout.blob_field(channel, version)) == channel


def test_versions_of_different_types_stay_apart() -> None:
    assert len({layout.blob_field("c", version) for version in (1, "1", 1.0)}) == 3


@given(st.lists(names.map(lambda n: layout.blob_field(n, "1")), max_size=5))
def test_a_manifest_comes_back_as_it_was(fields: list[str]) -> None:
    assert layout.unpack_manifest(layout.pack_manifest(fields)) == fields


@given(st.text(max_size=60, alphabet=st.characters(codec="ascii")), st.binary())
def test_a_framed_value_comes_back_as_it_was(kind: str, data: bytes) -> None:
    assert layout.unpack(layout.pack((kind, data))) == (kind, data)


@pytest.mark.parametrize("other", ["1f", "1f1e", "1f1f", "1f1e6"])
def test_the_range_of_a_checkpoints_writes_holds_no_other_checkpoints(other: str) -> None:
    checkpoint = "1f1e5"
    low, high = layout.write_range(checkpoint)

    def inside(name: str) -> bool:
        return low[1:] <= name.encode() < high[1:]

    assert inside(layout.write_name(checkpoint, "task", -3))
    assert inside(layout.write_name(checkpoint, "", 99))
    assert not inside(layout.write_name(other, "task", 0))
