"""Writes goldens/ensembles.json: convex combinations with the least cross-entropy by SciPy. Needs scipy (made with 1.17)."""

import json
from pathlib import Path

import numpy
from scipy.optimize import minimize


def case(seed, members, pictures, classes, skill):
    """Networks whose answers lean to the truth, each by its skill."""
    random = numpy.random.RandomState(seed)
    truths = random.randint(0, classes, pictures)
    logits = random.normal(size=(members, pictures, classes))
    for member, lean in enumerate(skill):
        logits[member, numpy.arange(pictures), truths] += lean
    exponentials = numpy.exp(logits)
    probabilities = (exponentials / exponentials.sum(axis=2, keepdims=True)).round(5)
    of_truth = probabilities[:, numpy.arange(pictures), truths]

    def loss(weights):
        return -numpy.log(weights @ of_truth).mean()

    best = minimize(
        loss,
        numpy.full(members, 1 / members),
        method="SLSQP",
        bounds=[(0, 1)] * members,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1},
        options={"ftol": 1e-15, "maxiter": 10000},
    )
    return {
        "classes": classes,
        "truths": truths.tolist(),
        "members": [member.ravel().tolist() for member in probabilities],
        "weights": best.x.round(6).tolist(),
        "loss": float(best.fun),
    }


cases = [
    case(1, 3, 40, 4, [1.0, 1.0, 1.0]),
    case(2, 3, 60, 3, [2.0, 1.0, -1.0]),
    case(3, 2, 30, 5, [0.5, 3.0]),
]
path = Path(__file__).parent / "goldens" / "ensembles.json"
path.write_text(json.dumps(cases) + "\n")
