"""Makes fixtures/pictures.json: small pictures in every format that Mien decodes, and the RGB that Pillow makes of them.

Run with Pillow 12: python tests/parity/data/make_picture_fixtures.py
"""

import base64
import io
import json
import pathlib
import struct

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


def bmp(bits, compression, pixels, palette=b"", masks=b"", height=HEIGHT):
    """A BMP that Pillow does not write, from its packed pixels."""
    at = 14 + 40 + len(masks) + len(palette)
    file = struct.pack("<2sIHHI", b"BM", at + len(pixels), 0, 0, at)
    colours = len(palette) // 4
    head = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, len(pixels), 0, 0, colours, 0)
    return file + head + masks + palette + pixels


def grey_palette(count):
    return b"".join(bytes([at * 255 // (count - 1)] * 3 + [0]) for at in range(count))


def runs_8():
    """Runs, a stretch as it is, a jump, and the end of each row."""
    rows = []
    for row in range(HEIGHT):
        rows.append(bytes([9, row * 15, 0, 5]) + bytes(range(10, 15)) + b"\0" + bytes([0, 2, 2, 0, 7, 200, 0, 0]))
    return b"".join(rows) + bytes([0, 1])


def runs_4():
    return bytes([11, 0x3A, 0, 6, 0x12, 0x34, 0x56, 0, 6, 0xF0, 0, 0]) * HEIGHT + bytes([0, 1])


def words(mask_bits):
    """16 bits a pixel: red, green and blue of so many bits, rows filled up to four bytes."""
    values = numpy.asarray(scene()).astype(int)[::-1]
    word = numpy.zeros(values.shape[:2], int)
    for channel, bits in enumerate(mask_bits):
        word = (word << bits) | (values[..., channel] >> (8 - bits))
    return b"".join(row.astype("<u2").tobytes() + b"\0\0" * (WIDTH % 2) for row in word)


PICTURES = {
    "bmp": save(scene(), "BMP"),
    "bmp rgba": save(with_alpha(), "BMP"),
    "bmp grey": save(scene().convert("L"), "BMP"),
    "bmp palette": save(scene().quantize(16), "BMP"),
    "bmp black and white": save(scene().convert("1"), "BMP"),
    "bmp 4 bits": bmp(4, 0, bytes((x * 17 + y) % 256 for y in range(HEIGHT) for x in range(12)), grey_palette(16)),
    "bmp packed 8 bits": bmp(8, 1, runs_8(), grey_palette(256)),
    "bmp packed 4 bits": bmp(4, 2, runs_4(), grey_palette(16)),
    "bmp 15 bits": bmp(16, 0, words((5, 5, 5))),
    "bmp 16 bits": bmp(16, 3, words((5, 6, 5)), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "bmp from the top": bmp(16, 0, words((5, 5, 5)), height=-HEIGHT),
    "png without its end": save(scene(), "PNG")[:-12],
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
