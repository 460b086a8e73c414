"""Makes goldens/folds.json: what scikit-learn's StratifiedKFold gives, shuffled by a seed.

Run with scikit-learn 1.9 and NumPy 2: python tests/parity/data/make_fold_goldens.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.model_selection import StratifiedKFold, train_test_split

CASES = [
    # rows, class weights, seed, folds, train, validation
    (60, [1, 1, 1], 42, 5, 0.6, 0.2),
    (60, [3, 2, 1], 0, 3, 0.8, 0.2),
    (317, [5, 3, 2, 1], 4294967295, 10, 0.5, 0.3),
    (1200, [1] * 8, 7, 5, 0.6, 0.2),
    (41, [2, 1], 3, 2, 0.9, 0.1),
]


def labels_of(rows, weights, seed):
    """As make_split_goldens.py has them."""
    cumulative = numpy.cumsum(weights)
    state, labels = seed, []
    for _ in range(rows):
        state = (1664525 * state + 1013904223) % 2**32
        labels.append(int(numpy.searchsorted(cumulative, (state >> 8) % int(cumulative[-1]), side="right")))
    return labels


def main():
    cases = []
    for rows, weights, seed, count, train, validation in CASES:
        labels = numpy.array(labels_of(rows, weights, seed))
        folds = []
        for rest, test in StratifiedKFold(count, shuffle=True, random_state=seed).split(labels, labels):
            first, second = train_test_split(
                rest,
                test_size=round(validation / (train + validation), 12),
                random_state=seed,
                stratify=labels[rest],
            )
            folds.append(
                {"train": first[:8].tolist(), "validation": second[:8].tolist(), "test": test[:64].tolist()}
            )
        plan = {"seed": seed, "train": train, "validation": validation}
        cases.append({"rows": rows, "weights": weights, "count": count, "plan": plan, "folds": folds})
    golden = {"made with": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__}, "cases": cases}
    path = pathlib.Path(__file__).parent / "goldens" / "folds.json"
    path.write_text(json.dumps(golden) + "\n")


main()
