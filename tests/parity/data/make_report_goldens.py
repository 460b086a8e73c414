"""Makes goldens/reports.json: what scikit-learn prints of predictions, and its top-2 accuracy.

Run with scikit-learn 1.9 and NumPy 2: python tests/parity/data/make_report_goldens.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.metrics import classification_report, top_k_accuracy_score

# labels, pictures, share of right answers, classes that no picture has, classes that are never said
CASES = [
    (["anger", "content", "disgust", "fear", "happy", "neutral", "sad", "surprise"], 120, 0.7, [], []),
    (["cat", "dog"], 32, 0.5, [], []),
    (["a", "a label that is longer than the others", "ça"], 57, 0.4, [2], [1]),
    ([f"{i}" for i in range(20)], 150, 0.2, [], [3, 4]),
    # Whole 32nds, which lie halfway between two numbers of four digits.
    (["one", "two"], 64, 0.5, [], []),
]


def case(labels, count, share, without, unsaid):
    state = count

    def draw(below):
        nonlocal state
        state = (1664525 * state + 1013904223) % 2**32
        return (state >> 8) % below

    classes = len(labels)
    truths = [draw(classes) for _ in range(count)]
    truths = [0 if truth in without else truth for truth in truths]
    # Not divided by their sums, which changes no order.
    scores = numpy.array([[draw(1000) + 1 for _ in labels] for _ in range(count)])
    for row, truth in enumerate(truths):
        if draw(100) < share * 100:
            scores[row, truth] += 1000
    scores[:, unsaid] = 0
    said = scores.argmax(axis=1)
    matrix = numpy.zeros((classes, classes), int)
    for truth, answer in zip(truths, said):
        matrix[truth, answer] += 1
    numbers = list(range(classes))
    return {
        "labels": labels,
        "truths": truths,
        "scores": scores.reshape(-1).tolist(),
        "confusionMatrix": matrix.tolist(),
        "text": classification_report(
            truths, said, labels=numbers, target_names=labels, digits=4, zero_division=0
        ),
        "top2": float(top_k_accuracy_score(truths, scores, k=2, labels=numbers)) if classes > 2 else 1.0,
    }


goldens = {"sklearn": sklearn.__version__, "cases": [case(*each) for each in CASES]}
path = pathlib.Path(__file__).parent / "goldens" / "reports.json"
path.write_text(json.dumps(goldens) + "\n")
