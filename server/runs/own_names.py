"""Lets a served project have modules that are called as this service's own packages are.

``tools``, ``graphs``, ``server``, ``prompts`` and ``configs`` are names that many a project uses, and Python
knows one module by a name. So an import statement that stands in a file of the project, and names what the
project has, means the project's: that module is imported below a package which stands for the project's
folders. What anybody else imports by these names stays this service's.
"""

import builtins
import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

TAKEN = frozenset(("graphs", "tools", "server", "prompts", "configs"))
PROJECT = "served_project"  # stands for the project's folders
_OURS = Path(__file__).parents[2]

_import = builtins.__import__
_folders: list[Path] = []


def share(folders: Sequence[Path]) -> None:
    """Let the modules of these folders, which are on ``sys.path``, have names that are taken."""
    _folders.extend(folder for folder in folders if folder not in _folders and folder.resolve() != _OURS)
    if not any(_has(top) for top in TAKEN):
        return  # Python's own import statement is faster than ours
    package = sys.modules.setdefault(PROJECT, ModuleType(PROJECT))
    package.__path__ = [str(folder) for folder in _folders]
    builtins.__import__ = _import_from


def own_name(name: str) -> str:
    """The name by which a module of the project can be imported: another one where its own is taken."""
    top = name.partition(".")[0]
    return f"{PROJECT}.{name}" if top in TAKEN and _has(top) else name


def _import_from(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if level == 0 and globals is not None and name.partition(".")[0] in TAKEN:
        own = own_name(name)
        if own != name and _is_of_the_project(globals.get("__file__")):
            if fromlist:
                return _import(own, globals, locals, fromlist, 0)
            importlib.import_module(own)
            return sys.modules[own_name(name.partition(".")[0])]
    return _import(name, globals, locals, fromlist, level)


def _has(top: str) -> bool:
    return any((folder / top).is_dir() or (folder / f"{top}.py").is_file() for folder in _folders)


def _is_of_the_project(file: object) -> bool:
    """Whether it is a file of the project's own, not of a package that is installed in its folder."""
    if not isinstance(file, str) or "site-packages" in file:
        return False
    path = Path(file)
    return any(path.is_relative_to(folder) for folder in _folders) and not any(
        path.is_relative_to(_OURS / name) for name in TAKEN
    )
