"""Makes goldens/resizes.json: checksums of what Pillow's Image.resize gives on pictures that the test makes too.

Run with Pillow 12: python tests/parity/data/make_resize_goldens.py
"""

import json
import pathlib

import numpy
import PIL
from PIL import Image

METHODS = {"lanczos": Image.LANCZOS, "bilinear": Image.BILINEAR, "area": Image.BOX}
SIDES = [(640, 640), (48, 48), (224, 224), (333, 517), (1024, 31), (1, 1), (96, 224), (2, 700)]
SIZES = [224, 96, 33]


def picture(width, height, seed):
    """Noise over a slope over hard edges: overshoot, clipping and rounding all occur."""
    count = width * height * 3
    values = numpy.empty(count, numpy.uint64)
    state = seed
    for index in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values[index] = state >> 24
    noise = values.reshape(height, width, 3)
    y, x, c = numpy.meshgrid(range(height), range(width), range(3), indexing="ij")
    edges = ((x // 7 + y // 5) % 2) * 255
    slope = (x * 3 + y * 2 + c * 50) % 256
    kind = (x // 40 + y // 40) % 3
    return numpy.where(kind == 0, noise, numpy.where(kind == 1, edges, slope)).astype(numpy.uint8)


def digest(values):
    """A checksum of the bytes in their order: a polynomial modulo a prime."""
    value = 0
    for byte in values.tobytes():
        value = (value * 31 + byte + 1) % 2147483647
    return value


def main():
    cases = []
    for seed, (width, height) in enumerate(SIDES, start=1):
        source = Image.fromarray(picture(width, height, seed), "RGB")
        for name, method in METHODS.items():
            for size in SIZES:
                result = numpy.asarray(source.resize((size, size), method))
                cases.append({
                    "width": width, "height": height, "seed": seed, "method": name, "size": size,
                    "digest": digest(result), "first": result.reshape(-1)[:6].tolist(),
                })
    lines = ",\n".join(json.dumps(case) for case in cases)
    path = pathlib.Path(__file__).parent / "goldens" / "resizes.json"
    path.write_text(f'{{"pillow": "{PIL.__version__}", "cases": [\n{lines}\n]}}\n')


main()
