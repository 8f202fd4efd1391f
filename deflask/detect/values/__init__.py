"""The bare-world evaluator: what an expression or the way to a call comes to when nothing is set."""

from deflask.detect.values.answer import Answer, Decision, Default, How, Source, join, known
from deflask.detect.values.evaluate import Evaluator
from deflask.detect.values.reach import Doubt, Reach, Reached

__all__ = ["Answer", "Decision", "Default", "Doubt", "Evaluator", "How", "Reach", "Reached", "Source", "join", "known"]
