"""The memory probes of the literature, as a measurement of each architecture.

contract.py     what a probe is: batches of exact distances
adding.py copying.py recall.py negation.py      the four
networks.py     a small network for each architecture; loss.py what it is trained on
memory.py       how far its gradient reaches
trial.py        one network at one length and seed: trained, tested, measured
plan.py grid.py results.py      all of them, resumable, and results.json
"""

from .grid import LENGTHS, run_probes
from .plan import PROBES
from .trial import Training

__all__ = ["LENGTHS", "PROBES", "Training", "run_probes"]
