"""What Studio and other front ends make their forms from."""

import pytest

from graphs.registry import GRAPHS
from server.runs.graph_schemas import schemas


@pytest.mark.parametrize("name", sorted(GRAPHS))
def test_every_graph_says_what_it_takes_and_what_it_makes(name: str) -> None:
    told = schemas(GRAPHS[name].graph)

    assert told["input_schema"] is not None
    assert told["output_schema"] is not None
