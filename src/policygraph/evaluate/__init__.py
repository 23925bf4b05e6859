"""How well the graph says what the texts say: scores against annotations by hand.

``evaluate_graph`` scores a built graph against a directory of gold annotations,
``evaluate_sentences`` a finder of citations against annotated sentences, and
``write_quality`` publishes both.
"""

from policygraph.evaluate.quality import write_quality
from policygraph.evaluate.scoreboard import Scoreboard, evaluate_graph
from policygraph.evaluate.sentences import SentenceScores, evaluate_sentences

__all__ = [
    "Scoreboard",
    "SentenceScores",
    "evaluate_graph",
    "evaluate_sentences",
    "write_quality",
]
