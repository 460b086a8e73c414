"""Writes goldens/mcnemar.json: exact two-sided probabilities by SciPy. Needs scipy (made with 1.17)."""

import json
from pathlib import Path

from scipy.stats import binomtest

PAIRS = [(0, 0), (0, 1), (3, 3), (0, 5), (2, 9), (12, 30), (149, 203), (400, 412), (700, 1100), (5, 900)]

cases = [
    {"one": one, "other": other, "p": binomtest(one, one + other, 0.5).pvalue if one + other else 1.0}
    for one, other in PAIRS
]
path = Path(__file__).parent / "goldens" / "mcnemar.json"
path.write_text(json.dumps(cases) + "\n")
