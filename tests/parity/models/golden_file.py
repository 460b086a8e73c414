"""Goldens as files: written, or computed anew and compared (`--check`). Names as arguments choose some."""

import base64
import json
import sys
from pathlib import Path

import numpy as np

GOLDENS = Path(__file__).parent / "goldens"


def encode(values):
    """float32, little-endian, base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


# Of the largest value. Between processors whose vectors differ in width, activations of MobileNetV2 differed by 4e-5.
BETWEEN_MACHINES = 1e-4


def differs(a, b, tolerance=BETWEEN_MACHINES, free=()):
    """Whether two goldens differ by more than rounding does between machines."""
    if isinstance(a, dict):
        return a.keys() != b.keys() or any(
            differs(a[key], b[key], tolerance, free) for key in a if key != "keras" and key not in free
        )
    if isinstance(a, list):
        return len(a) != len(b) or any(differs(x, y, tolerance, free) for x, y in zip(a, b))
    if isinstance(a, float):
        return abs(a - b) > tolerance * max(abs(a), abs(b))
    if isinstance(a, str) and a != b and len(a) == len(b) > 20:
        x, y = (np.frombuffer(base64.b64decode(text), "<f4") for text in (a, b))
        return x.size != y.size or np.abs(x - y).max() > tolerance * np.abs(x).max()
    return a != b


def write_or_check(folder, made, tolerance=BETWEEN_MACHINES, free=()):
    """
    Writes `goldens/<folder>/<name>.json` for each maker, or compares and exits with 1 where one differs. An absolute
    folder stands for itself. What is `free` may be another on another machine.
    """
    check = "--check" in sys.argv
    wanted = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    target = GOLDENS / folder
    target.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, make in made.items():
        if wanted and name not in wanted:
            continue
        path = target / f"{name}.json"
        value = make()
        if check:
            same = not differs(value, json.loads(path.read_text()), tolerance, free)
            print(name, "same" if same else "DIFFERS")
            failed = failed or not same
        else:
            path.write_text(json.dumps(value, separators=(",", ":")) + "\n")
            print(name, path.stat().st_size, "bytes")
    sys.exit(1 if failed else 0)
