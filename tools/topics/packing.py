"""Arrays and facts in one file whose bytes depend on nothing but them: a ZIP of .npy files and meta.json.

``numpy.savez`` writes the time into its files; two runs with one seed have to give the same bytes.
"""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput

_META = "meta.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that ZIP knows
_FAST = 1

Arrays = Mapping[str, NDArray[Any]]


def pack(arrays: Arrays, meta: Mapping[str, Any]) -> bytes:
    """One file of them; equal contents give equal bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as archive:
        text = json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        archive.writestr(_entry(_META), text)
        for name in sorted(arrays):
            content = BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(_entry(f"{name}.npy", _method(arrays[name])), content.getbuffer())
    return buffer.getvalue()


def unpack(data: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays and the facts.

    Raises:
        InvalidInput: "broken_topics_file": it is no such file.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            meta: dict[str, Any] = json.loads(archive.read(_META))
            arrays: dict[str, NDArray[Any]] = {}
            for name in archive.namelist():
                if name != _META:
                    content = BytesIO(archive.read(name))
                    arrays[name.removesuffix(".npy")] = np.lib.format.read_array(content, allow_pickle=False)
            return arrays, meta
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise InvalidInput(
            f"this is no file of topics: {error}",
            hint="Give the id of a model or corpus that this job has written.",
            code="broken_topics_file",
        ) from None


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files in a ZIP, for people; equal files give equal bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(_entry(name), data)
    return buffer.getvalue()


def _method(array: NDArray[Any]) -> int:
    """Fractions hardly shrink: to try would take longer than to assign topics to the documents."""
    return zipfile.ZIP_STORED if array.dtype.kind == "f" else zipfile.ZIP_DEFLATED


def _entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = method
    return entry


def pack_texts(texts: list[str]) -> dict[str, NDArray[Any]]:
    """Texts as two arrays: their UTF-8 and where each ends."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(one) for one in encoded], dtype=np.int64)
    return {"texts": np.frombuffer(b"".join(encoded), dtype=np.uint8), "text_ends": ends}


def unpack_texts(arrays: Arrays) -> list[str]:
    """What pack_texts packed."""
    joined = arrays["texts"].tobytes()
    ends = [0, *arrays["text_ends"].tolist()]
    return [joined[begin:end].decode("utf-8", "surrogatepass") for begin, end in pairwise(ends)]
