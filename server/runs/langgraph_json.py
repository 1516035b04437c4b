"""Reads a langgraph.json: which graphs a LangGraph project has, and where they are."""

import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from pydantic import BaseModel, ValidationError

from tools.errors import InvalidInput


class _GraphSpec(BaseModel):
    path: str
    description: str = ""


class _Project(BaseModel):
    graphs: dict[str, str | _GraphSpec]


@dataclass(frozen=True, kw_only=True)
class DeclaredGraph:
    """One graph that a langgraph.json names."""

    graph_id: str
    place: str  #: ``package.module:variable`` or ``./path/file.py:variable``.
    description: str
    config: Path

    def load(self) -> Any:
        """Import the graph: a compiled graph, a StateGraph, or what a factory without arguments makes.

        Raises:
            InvalidInput: When it cannot be imported.
        """
        module, _, variable = self.place.rpartition(":")
        try:
            target = getattr(_load_module(self.config.parent, module), variable)
        except (ImportError, AttributeError, OSError) as error:
            raise InvalidInput(
                f"{self.config}: graph {self.graph_id!r} cannot be loaded from {self.place!r}: {error}",
                hint="Name it as package.module:variable or ./path/file.py:variable.",
                code="invalid_config",
            ) from error
        return target if isinstance(target, Pregel | StateGraph) else target()  # pyright: ignore[reportUnknownVariableType] - any state


def read_langgraph_json(config: Path) -> list[DeclaredGraph]:
    """The graphs of a project, whose folder becomes importable.

    Raises:
        InvalidInput: When the file is missing or no langgraph.json.
    """
    try:
        project = _Project.model_validate_json(config.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInput(
            f"{config} is no langgraph.json: {error}",
            hint='It holds {"graphs": {"id": "package.module:variable"}}.',
            code="invalid_config",
        ) from error
    sys.path.insert(0, str(config.parent.resolve()))  # as LangGraph's own server does
    return [_declared(config, graph_id, spec) for graph_id, spec in project.graphs.items()]


def _declared(config: Path, graph_id: str, spec: str | _GraphSpec) -> DeclaredGraph:
    full = spec if isinstance(spec, _GraphSpec) else _GraphSpec(path=spec)
    return DeclaredGraph(graph_id=graph_id, place=full.path, description=full.description, config=config)


def _load_module(folder: Path, name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    path = (folder / name).resolve()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
