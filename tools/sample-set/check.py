"""Owns the check that the sample set reads back through pyarrow; prints what check.ts prints.

python tools/sample-set/check.py
"""

import collections
import hashlib
import json
import pathlib
import sys

import pyarrow.parquet as pq

path = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2] / "public/sample/faces.parquet")
file = pq.ParquetFile(path)
rows = file.read().to_pylist()

digest = hashlib.sha256()
counts = collections.Counter()
for row in rows:
    digest.update(row["image"]["bytes"])
    digest.update(row["image"]["path"].encode())
    for pair in row["qa"]:
        digest.update(pair["question"].encode())
        digest.update(pair["answer"].encode())
        counts[pair["answer"]] += 1

print(json.dumps({
    "rows": len(rows),
    "rowGroups": file.num_row_groups,
    "sizeBytes": path.stat().st_size,
    "counts": dict(sorted(counts.items())),
    "sha256": digest.hexdigest(),
}, separators=(",", ":")))
