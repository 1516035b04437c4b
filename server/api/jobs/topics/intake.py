"""What a caller asks of a task and of an analysis."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.topics.models.spec import MOST_TOPICS, Kind

MOST_TEXTS = 1000  # of one analysis
MOST_CHARACTERS = 1_000_000
_MOST_FILES = 1000


class NewTask(BaseModel):
    """A task; names are the old system's where it had them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", max_length=200)
    dataset: str | None = Field(default=None, description="Id of an uploaded file.")
    datasets: Annotated[list[str], Field(max_length=_MOST_FILES)] = []
    texts: list[str] = []
    num_topics: int | None = Field(default=None, ge=2, le=MOST_TOPICS, description="Chosen if not given.")
    models: Annotated[list[Kind], Field(max_length=10)] = []
    vocab_size: int | None = Field(default=None, ge=10, le=100_000)
    epochs: int | None = Field(default=None, ge=1, le=10_000)
    confirm: bool = Field(default=False, description="Wait for answers on columns, plan and topics.")
    options: dict[str, Any] = Field(default={}, description="Any option of the graph topics.")

    def graph_input(self) -> dict[str, Any]:
        """What the graph is given; it says itself what it cannot work on."""
        options: dict[str, Any] = {"confirm": self.confirm, **self.options}
        if self.num_topics is not None:
            options["topics"] = [self.num_topics]
        if self.models:
            options["models"] = list(self.models)
        if self.epochs is not None:
            options["iterations"] = self.epochs
        if self.vocab_size is not None:
            # What is no object is left for the graph to refuse.
            cleaning: object = options.get("cleaning", {})
            is_object = isinstance(cleaning, dict)
            options["cleaning"] = {**cleaning, "most_words": self.vocab_size} if is_object else cleaning
        files = [*([self.dataset] if self.dataset else []), *self.datasets]
        return {"file_ids": files, "texts": list(self.texts), "options": options}


class Analysis(BaseModel):
    """New texts, whose topics are wanted: those of a finished task, of a file topics.zip, or of PAI-EAS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: Annotated[list[str], Field(min_length=1, max_length=MOST_TEXTS)]
    task_id: str | None = None
    file_id: str | None = None

    @model_validator(mode="after")
    def _bounded(self) -> "Analysis":
        if self.task_id is not None and self.file_id is not None:
            raise ValueError("give task_id or file_id, not both")
        if sum(map(len, self.texts)) > MOST_CHARACTERS:
            raise ValueError(f"texts have more than {MOST_CHARACTERS} characters together")
        return self


class Presign(BaseModel):
    """A file that a client wants to put into the bucket itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filename: str = Field(max_length=255)
    size: int = Field(ge=1, description="Bytes.")
