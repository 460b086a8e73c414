"""Decodes and resizes the pictures of a Parquet file with Pillow and prints how long that took.

    python pillow_import.py FILE SIZE PROCESSES
"""

import io
import json
import multiprocessing
import sys
import time

import pyarrow.parquet
from PIL import Image


def decode(task):
    """Takes one row group; gives how many pictures it had."""
    path, size, group = task
    table = pyarrow.parquet.ParquetFile(path).read_row_group(group, columns=["image.bytes"])
    pictures = table.column("image").to_pylist()
    for picture in pictures:
        with Image.open(io.BytesIO(picture["bytes"])) as opened:
            opened.convert("RGB").resize((size, size), Image.Resampling.BILINEAR).tobytes()
    return len(pictures)


def main():
    path, size, processes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    groups = pyarrow.parquet.ParquetFile(path).num_row_groups
    with multiprocessing.Pool(processes) as pool:
        # All have started and imported what they need before the clock runs.
        pool.map(abs, range(processes), chunksize=1)
        start = time.perf_counter()
        count = sum(pool.imap_unordered(decode, [(path, size, group) for group in range(groups)]))
        seconds = time.perf_counter() - start
    print(json.dumps({"pictures": count, "seconds": seconds}))


if __name__ == "__main__":
    main()
