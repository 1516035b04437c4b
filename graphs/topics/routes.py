"""Where the topics graph goes next."""

from langgraph.types import Send

from graphs.topics.expert_nodes import LabelTask
from graphs.topics.state import State, Task
from tools.topics.models.spec import Kind
from tools.topics.selection import trainings_again


def after_reading(state: State) -> str:
    """To the answer of a question, to an edited result's measures, or on with new texts."""
    if state["asked"] is not None:
        return "answer_question"
    return "describe_topics" if state["is_edited"] else "confirm_columns"


def to_sweep(state: State) -> list[Send]:
    """A training of the first model for every number of topics; of all, where there is one number."""
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - the analyst has made it
    kinds = plan["models"] if len(plan["topics"]) == 1 else plan["models"][:1]
    pairs: list[tuple[Kind, int]] = [(kind, topics) for kind in kinds for topics in plan["topics"]]
    return _trainings(state, pairs, is_sweep=True)


def after_evaluation(state: State) -> list[Send] | str:
    """To the other models, with the best number of topics, where they are not trained yet."""
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - as above
    tried: set[Kind] = {trial["spec"]["kind"] for trial in state["trials"]}
    others: list[tuple[Kind, int]] = [
        (kind, state["selection"]["topics"]) for kind in plan["models"] if kind not in tried
    ]
    return _trainings(state, others, is_sweep=False) if others else "describe_topics"


def _trainings(state: State, pairs: list[tuple[Kind, int]], *, is_sweep: bool) -> list[Send]:
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - as above
    # The longest first, so that none is left over at the end.
    ordered = sorted(pairs, key=lambda pair: -pair[1])
    return [
        Send(
            "train_model",
            Task(
                run=state["run"],
                of=len(ordered),
                corpus=state["corpus"],
                spec={
                    "kind": kind,
                    "topics": topics,
                    "seed": plan["seed"],
                    "iterations": plan["iterations"],
                },
                again=trainings_again(kind, plan["again"]),
                is_sweep=is_sweep,
            ),
        )
        for kind, topics in ordered
    ]


def to_labels(state: State) -> list[Send] | str:
    """A question for every topic that has no name yet."""
    if state["model"] is None:
        return "domain_expert"
    wanted = state["settings"]["language"] or state["facts"]["language"]
    taken = [label["label"] for label in state["labels"].values()]
    sent = [
        Send("label_topic", LabelTask(topic=topic, taken=taken, language="zh" if wanted == "zh" else "en"))
        for topic in state["topics"]
        if str(topic["id"]) not in state["labels"] and not topic["label"]
    ]
    return sent or "domain_expert"


def after_expert(state: State) -> str:
    """Back to the measures where topics were merged, else to a person."""
    return "describe_topics" if state["is_edited"] else "review_topics"


def after_review(state: State) -> str:
    """Back to the measures where a person has changed topics, else out."""
    return "describe_topics" if state["is_edited"] else "report"
