"""Makes goldens/splits.json: what scikit-learn's train_test_split gives, called as the paper's notebooks call it.

Run with scikit-learn 1.9 and NumPy 2: python tests/parity/data/make_split_goldens.py
"""

import json
import pathlib

import numpy
import sklearn
from sklearn.model_selection import train_test_split

CASES = [
    # rows, class weights, seed, train, validation, test
    (9400, [1238, 1225, 1184, 1181, 1175, 1165, 1144, 1088], 42, 0.6, 0.2, 0.2),
    (1200, [1] * 8, 42, 0.6, 0.2, 0.2),
    (1200, [1] * 8, 0, 0.8, 0.1, 0.1),
    (1000, [1, 1, 1], 7, 0.7, 0.15, 0.15),
    (317, [5, 3, 2, 1], 4294967295, 0.5, 0.3, 0.2),
    (40, [1] * 4, 1, 0.6, 0.2, 0.2),
    (101, [10, 1], 123456, 0.34, 0.33, 0.33),
    (500, [1] * 50, 3, 0.6, 0.2, 0.2),
    (177, [3, 3, 3, 2], 2024, 0.8, 0.1, 0.1),
    (2003, [9, 8, 7, 6, 5, 4, 3, 2, 1], 99, 0.55, 0.25, 0.2),
]


def labels_of(rows, weights, seed):
    """Labels in a random order that a linear congruential generator gives, so that the test can make them too."""
    cumulative = numpy.cumsum(weights)
    state, labels = seed, []
    for _ in range(rows):
        state = (1664525 * state + 1013904223) % 2**32
        labels.append(int(numpy.searchsorted(cumulative, (state >> 8) % int(cumulative[-1]), side="right")))
    return labels


def digest(rows):
    """A checksum of the rows in their order (a polynomial modulo a prime), to keep the file small."""
    value = 0
    for row in rows:
        value = (value * 31 + int(row) + 1) % 2147483647
    return value


def split(rows, weights, seed, train, validation, test):
    labels = numpy.array(labels_of(rows, weights, seed))
    every = numpy.arange(rows)
    # As a person writes the fractions: 0.3, not 0.15 + 0.15.
    held = round(validation + test, 12)
    first, rest = train_test_split(every, test_size=held, random_state=seed, stratify=labels)
    second, third = train_test_split(
        rest, test_size=round(test / held, 12), random_state=seed, stratify=labels[rest]
    )
    return first, second, third


def main():
    cases = []
    for case in CASES:
        parts = split(*case)
        rows, weights, seed, train, validation, test = case
        cases.append(
            {
                "rows": rows,
                "weights": weights,
                "plan": {"seed": seed, "train": train, "validation": validation, "test": test},
                "parts": [
                    {"count": len(part), "first": [int(row) for row in part[:8]], "digest": digest(part)}
                    for part in parts
                ],
            }
        )
    random = numpy.random.RandomState(42)
    golden = {
        "made with": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
        "cases": cases,
        "randomState": {
            "seed": 42,
            "words": [int(random.randint(0, 2**32, dtype=numpy.uint32)) for _ in range(8)],
            "permutation": numpy.random.RandomState(7).permutation(20).tolist(),
            "choice": numpy.random.RandomState(7).choice([10, 20, 30, 40, 50], 3, replace=False).tolist(),
            "lateWord": int(numpy.random.RandomState(4294967295).randint(0, 2**32, 2000, dtype=numpy.uint32)[-1]),
        },
    }
    path = pathlib.Path(__file__).parent / "goldens" / "splits.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
