"""A model server for tests and evals: the providers' APIs over real HTTP on loopback, faults on demand."""

from evals.model_server.answers import Answers, Rule
from evals.model_server.faults import FINAL, HARMLESS, LASTING, PASSING, Fault, Faults
from evals.model_server.log import LoggedRequest
from evals.model_server.pace import Pace
from evals.model_server.question import Answer, NoAnswer, Question, Task, ToolCall
from evals.model_server.running import model_server
from evals.model_server.server import ModelServer

__all__ = [
    "FINAL",
    "HARMLESS",
    "LASTING",
    "PASSING",
    "Answer",
    "Answers",
    "Fault",
    "Faults",
    "LoggedRequest",
    "ModelServer",
    "NoAnswer",
    "Pace",
    "Question",
    "Rule",
    "Task",
    "ToolCall",
    "model_server",
]
