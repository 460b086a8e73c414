"""Owns reading the sample set for Keras: pictures at 96 x 96 and a stratified 60/20/20 split."""

import io
import pathlib

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from sklearn.model_selection import train_test_split

SIDE_PX = 96
SAMPLE_SET = pathlib.Path(__file__).parents[2] / "public/sample/faces.parquet"


def load_faces(path=SAMPLE_SET):
    """Returns pictures [n, 96, 96, 3] uint8, class numbers [n], and the labels in alphabetical order."""
    rows = pq.read_table(path).to_pylist()
    pictures = [
        Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB").resize((SIDE_PX, SIDE_PX), Image.LANCZOS)
        for row in rows
    ]
    answers = [row["qa"][0]["answer"] for row in rows]
    labels = sorted(set(answers))
    return np.stack([np.asarray(p) for p in pictures]), np.array([labels.index(a) for a in answers]), labels


def split_faces(classes, seed=42):
    """Returns row numbers of train, validation and test: 60, 20 and 20 %, stratified."""
    rows = np.arange(len(classes))
    train, rest = train_test_split(rows, test_size=0.4, random_state=seed, stratify=classes)
    validation, test = train_test_split(rest, test_size=0.5, random_state=seed, stratify=classes[rest])
    return train, validation, test


def as_network_input(pictures):
    """uint8 to the range [-1, 1] that MobileNetV2 takes."""
    return pictures.astype("float32") / 127.5 - 1.0
