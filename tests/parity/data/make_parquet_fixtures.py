"""Makes fixtures/*.parquet and fixtures/expected.json: image sets as different writers store them, and what pyarrow
reads back from them.

Run with pyarrow 25 and Pillow 12: python tests/parity/data/make_parquet_fixtures.py
"""

import hashlib
import io
import json
import pathlib

import pyarrow
import pyarrow.parquet
from PIL import Image

ROWS = 12
LABELS = ["Happy ", "sad", None, "Fear", "HAPPY", "sad", "fear", "happy", "sad", "fear", "happy", "sad"]
NAMES = ["fear", "happy", "sad"]
FOLDER = pathlib.Path(__file__).parent / "fixtures"

BYTES = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
QA = pyarrow.list_(pyarrow.struct([("question", pyarrow.string()), ("answer", pyarrow.string())]))


def pictures():
    """Small PNGs, one for each row but the fifth, which has none."""
    result = []
    for row in range(ROWS):
        out = io.BytesIO()
        Image.new("RGB", (4 + row, 5), (row * 20, 255 - row * 20, 90)).save(out, "PNG")
        result.append(None if row == 5 else out.getvalue())
    return result


def images():
    column = [{"bytes": data, "path": f"{row}.png"} for row, data in enumerate(pictures())]
    column[5] = None
    return pyarrow.array(column, BYTES)


def questions():
    return pyarrow.array(
        [
            None if label is None else [
                {"question": "How does this person feel?", "answer": label},
                {"question": "Why?", "answer": "One cannot know."},
            ]
            for label in LABELS
        ],
        QA,
    )


def class_label():
    index = [None if label is None else NAMES.index(label.strip().lower()) for label in LABELS]
    features = {"image": {"_type": "Image"}, "label": {"names": NAMES, "_type": "ClassLabel"}}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    schema = pyarrow.schema([("image", BYTES), ("label", pyarrow.int64())], metadata=metadata)
    return pyarrow.table([images(), pyarrow.array(index, pyarrow.int64())], schema=schema)


def hub(**columns):
    return pyarrow.table({"image": images(), **columns})


def json_questions():
    return pyarrow.array([None if item is None else json.dumps(item) for item in questions().to_pylist()])


def required():
    rows = [row for row in range(ROWS) if LABELS[row] is not None and row != 5]
    data = pictures()
    fields = [
        pyarrow.field("image", pyarrow.binary(), nullable=False),
        pyarrow.field("label", pyarrow.string(), nullable=False),
    ]
    columns = [[data[row] for row in rows], [LABELS[row] for row in rows]]
    return pyarrow.Table.from_arrays([pyarrow.array(column) for column in columns], schema=pyarrow.schema(fields))


SETS = {
    "hub-snappy": (hub(qa=questions()), {"row_group_size": 5}),
    "json-gzip": (hub(qa=json_questions()), {"compression": "gzip"}),
    "class-label-zstd": (class_label(), {"compression": "zstd", "data_page_version": "2.0"}),
    "text-brotli": (hub(label=pyarrow.array(LABELS)), {"compression": "brotli"}),
    "plain-bytes-lz4": (
        pyarrow.table({"image": pyarrow.array(pictures()), "label": pyarrow.array(LABELS)}),
        {"compression": "lz4", "use_dictionary": False},
    ),
    "required-none": (required(), {"compression": "none"}),
    "hub-pages": (
        hub(qa=questions()),
        {"data_page_size": 64, "write_batch_size": 2, "use_dictionary": False, "data_page_version": "2.0"},
    ),
    "delta": (
        class_label().append_column("text", pyarrow.array(LABELS)),
        {
            "use_dictionary": False,
            "column_encoding": {
                "image.bytes": "DELTA_LENGTH_BYTE_ARRAY",
                "label": "DELTA_BINARY_PACKED",
                "text": "DELTA_BYTE_ARRAY",
            },
        },
    ),
    "bool-float": (
        hub(
            label=pyarrow.array([None if label is None else label.strip().lower() == "happy" for label in LABELS]),
            target=pyarrow.array([None if label is None else float(len(label)) for label in LABELS]),
        ),
        {"column_encoding": {"label": "RLE"}, "use_dictionary": ["image.path"], "data_page_version": "2.0"},
    ),
    "dictionary-pictures": (hub(label=pyarrow.array(LABELS).dictionary_encode()), {"use_dictionary": True}),
}


def first_answer(cell):
    return cell[0]["answer"] if isinstance(cell, list) else cell


def expected(table):
    """Each column's first values as pyarrow reads them; pictures by the start of their SHA-256."""
    result = {}
    for name in table.column_names:
        cells = [first_answer(cell) for cell in table.column(name).to_pylist()]
        if name == "image":
            cells = [cell["bytes"] if isinstance(cell, dict) else cell for cell in cells]
            cells = [None if cell is None else hashlib.sha256(cell).hexdigest()[:12] for cell in cells]
        result[name] = cells
    return result


def main():
    FOLDER.mkdir(exist_ok=True)
    manifest = {}
    for name, (table, options) in SETS.items():
        path = FOLDER / f"{name}.parquet"
        pyarrow.parquet.write_table(table, path, **options)
        manifest[name] = expected(pyarrow.parquet.read_table(path))
    (FOLDER / "expected.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
