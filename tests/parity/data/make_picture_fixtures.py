"""Makes fixtures/pictures.json: small pictures in every format that Mien decodes, and the RGB that Pillow makes of them.

Run with Pillow 12: python tests/parity/data/make_picture_fixtures.py
"""

import base64
import io
import json
import pathlib

import numpy
import PIL
from PIL import Image

WIDTH, HEIGHT = 23, 17


def scene():
    """Slopes and an edge: what chroma subsampling, rounding and colour conversion show up on."""
    y, x = numpy.mgrid[:HEIGHT, :WIDTH]
    red, green, blue = x * 11, y * 15, (x * 7 + y * 5) % 256
    picture = numpy.stack([red, green, blue], -1)
    picture[4:9, 6:13] = [250, 20, 40]
    return Image.fromarray(picture.astype(numpy.uint8), "RGB")


def with_alpha():
    y, x = numpy.mgrid[:HEIGHT, :WIDTH]
    picture = scene().convert("RGBA")
    picture.putalpha(Image.fromarray(((x * 23 + y * 7) % 256).astype(numpy.uint8)))
    return picture


def palette_with_transparency():
    picture = scene().quantize(16)
    picture.info["transparency"] = 3
    return picture


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter
    return exif


def save(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


PICTURES = {
    "jpeg 4:2:0": save(scene(), "JPEG", quality=85),
    "jpeg 4:4:4": save(scene(), "JPEG", quality=95, subsampling=0),
    "jpeg progressive": save(scene(), "JPEG", quality=75, progressive=True),
    "jpeg grey": save(scene().convert("L"), "JPEG", quality=90),
    "jpeg to be turned": save(scene(), "JPEG", quality=90, exif=turned()),
    "png to be turned": save(scene(), "PNG", exif=turned()),
    "webp to be turned": save(scene(), "WEBP", lossless=True, exif=turned()),
    "jpeg cmyk": save(scene().convert("CMYK"), "JPEG", quality=95),
    "png rgb": save(scene(), "PNG"),
    "png rgba": save(with_alpha(), "PNG"),
    "png grey": save(scene().convert("L"), "PNG"),
    "png grey and alpha": save(with_alpha().convert("LA"), "PNG"),
    "png palette": save(scene().quantize(16), "PNG"),
    "png palette and transparency": save(palette_with_transparency(), "PNG", transparency=3),
    "png black and white": save(scene().convert("1"), "PNG"),
    "webp": save(scene(), "WEBP", quality=80),
    "webp lossless": save(scene(), "WEBP", lossless=True),
    "webp rgba": save(with_alpha(), "WEBP", lossless=True, exact=True),
    "webp rgba lossy": save(with_alpha(), "WEBP", quality=80),
    "gif": save(scene().quantize(64), "GIF"),
    "gif with transparency": save(palette_with_transparency(), "GIF", transparency=3),
    "avif": save(scene(), "AVIF", quality=90),
    "avif rgba": save(with_alpha(), "AVIF", quality=90),
}


def main():
    pictures = {}
    for name, data in PICTURES.items():
        rgb = Image.open(io.BytesIO(data)).convert("RGB")
        pictures[name] = {
            "data": base64.b64encode(data).decode(),
            "width": rgb.width,
            "height": rgb.height,
            "rgb": base64.b64encode(rgb.tobytes()).decode(),
        }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in pictures.items())
    path = pathlib.Path(__file__).parent / "fixtures" / "pictures.json"
    path.write_text(f'{{"pillow": "{PIL.__version__}", "pictures": {{\n{lines}\n}}}}\n')


main()
