/** Owns the checker in Python: what is the same for every format, around the lines that run one. */
import { fileOf, type ExportedFile } from '../exporter.ts';

export interface PythonFormat {
  /** Packages that it needs beside NumPy and Pillow, as pip names them. */
  readonly packages: string;
  /**
   * Imports, and a function `predictor(path, claim)` that opens a file and returns a function from `[n, size, size, 3]`
   * float32 of 0 to 255 (or from features) to `[n, classes]`.
   */
  readonly predictor: string;
  /** Whether files take one picture at a time, and nothing else. */
  readonly isSingle?: boolean;
}

/** `proof/check.py` */
export function pythonChecker({ packages, predictor, isSingle = false }: PythonFormat): ExportedFile {
  const script = SCRIPT.replace('PACKAGES', packages)
    .replace('PREDICTOR', () => predictor.trim())
    .replace('ANSWERS', isSingle ? ONE_BY_ONE : 'predict(inputs)')
    .replace('ALONE', () => (isSingle ? '' : ALONE));
  return fileOf('proof/check.py', script);
}

const ONE_BY_ONE = 'np.concatenate([predict(inputs[i : i + 1]) for i in range(len(inputs))])';

/** For files that take any number of pictures: what one is answered must not depend on the others. */
const ALONE = `
    alone = max(np.abs(predict(inputs[i : i + 1])[0] - got[i]).max() for i in range(4))
    agrees = agrees and bool(alone <= claim["tolerance"])
    words += f"; {alone:.2g} when asked one by one"`;

const SCRIPT = `"""Runs the files beside this folder and says whether they agree with what Mien computed.

    pip install numpy pillow PACKAGES
    python proof/check.py
"""
import json
import pathlib
import sys

import numpy as np
from PIL import Image
PREDICTOR


def read_inputs(proof, claim):
    if claim["takes"] == "features":
        return np.asarray(json.loads((HERE / "features.json").read_text("utf-8")), "float32")
    pictures = [np.asarray(Image.open(HERE / name).convert("RGB")) for name in proof["pictures"]]
    return np.stack(pictures).astype("float32")


def check(proof, claim):
    """Prints a line on one file, and returns whether it agrees: None where that cannot be known here."""
    inputs = read_inputs(proof, claim)
    try:
        predict = predictor(HERE.parent / claim["file"], claim)
    except ImportError as error:
        print(f"{claim['file']} is NOT CHECKED: {error}")
        return None
    expected = np.asarray(claim.get("probabilities", proof["probabilities"]))
    got = ANSWERS
    difference = np.abs(got - expected).max()
    highest = np.sort(expected, axis=1)
    # What is as good as equal may change places.
    clear = highest[:, -1] - highest[:, -2] > 2 * claim["tolerance"]
    others = int((got.argmax(1) != expected.argmax(1))[clear].sum())
    # NaN is no agreement.
    agrees = bool(difference <= claim["tolerance"]) and others == 0
    words = f"largest difference {difference:.2g} (at most {claim['tolerance']:.0e}), {others} other answers, {len(inputs)} pictures"ALONE
    if "rounding" in claim:
        rounding = claim["rounding"]
        words += f"; by Mien's count its rounding keeps {rounding['same']} of {rounding['of']} answers"
    print(f"{claim['file']} {'agrees' if agrees else 'does NOT agree'}: {words}")
    return agrees


HERE = pathlib.Path(__file__).resolve().parent
PROOF = json.loads((HERE / "proof.json").read_text("utf-8"))
found = [check(PROOF, claim) for claim in PROOF["files"]]
if False in found:
    sys.exit("The files do not do what Mien's network did.")
if True not in found:
    sys.exit("Nothing could be checked: see the first lines of this program for what it needs.")
`;
