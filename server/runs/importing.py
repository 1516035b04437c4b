"""Imports what a langgraph.json names."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from server.runs.own_names import own_name
from tools.errors import InvalidInput


def load_object(config: Path, place: str, noun: str) -> Any:
    """The variable at ``package.module:variable`` or ``./path/file.py:variable``.

    Args:
        config: The langgraph.json that names it; paths are relative to its folder.
        noun: What it is, for the message.

    Raises:
        InvalidInput: When it cannot be imported.
    """
    module, _, variable = place.rpartition(":")
    try:
        return getattr(_load_module(config.parent, module), variable)
    except (ImportError, AttributeError, OSError, ValueError) as error:
        raise InvalidInput(
            f"{config}: {noun} cannot be loaded from {place!r}: {error}",
            hint="Name it as package.module:variable or ./path/file.py:variable.",
            code="invalid_config",
        ) from error


def _load_module(folder: Path, name: str) -> ModuleType:
    if not name.endswith(".py") and "/" not in name:
        return importlib.import_module(own_name(name))
    path = (folder / name).resolve()
    known = path.as_posix().removesuffix(".py").strip("/").replace("/", "__").replace(".", "_")
    if known in sys.modules and sys.modules[known].__file__ == str(path):
        return sys.modules[known]  # one file may hold several graphs
    spec = importlib.util.spec_from_file_location(known, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module
