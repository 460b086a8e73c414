"""
Makes weight files as Keras saves them, and what Keras computes with them: `python keras_files.py`. A very narrow
MobileNetV2 with coarse weights, so that the files (gzipped under fixtures/) stay small.
"""

import gzip
import os
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import numpy as np

import rule
from golden_file import encode, write_or_check
from keras_goldens import weight_name

FIXTURES = Path(__file__).parent / "fixtures"
SIZE = 48
ALPHA = 0.1


def coarse(name, shape):
    """Eight values a tensor: compresses well."""
    values = rule.weights(name, shape)
    step = np.abs(values).max() / 4
    return (np.round(values / step) * step).astype(np.float32)


def base_network():
    keras.backend.clear_session()
    base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), alpha=ALPHA)
    for layer in base.layers:
        for variable in layer.weights:
            variable.assign(coarse(weight_name(layer, variable), variable.shape))
    return base


def classifier(base):
    """As the Keras guide builds it: the backbone is one layer of another model, with an optimizer that has state."""
    inputs = keras.Input((SIZE, SIZE, 3))
    x = base(inputs, training=False)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.2, seed=1)(x)
    model = keras.Model(inputs, keras.layers.Dense(3, kernel_initializer="ones", name="predictions")(x))
    base.trainable = False
    model.compile("adam", "mse")
    model.fit(np.zeros((1, SIZE, SIZE, 3)), np.zeros((1, 3)), verbose=0)
    return model


def flat(base):
    """The other way: the head's layers stand in the backbone's own graph."""
    x = keras.layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, keras.layers.Dense(3, kernel_initializer="ones", name="predictions")(x))


def unnamed(model, path):
    """As early versions of Keras 3 saved weights, without each layer's name beside them."""
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        file.visititems(lambda _, group: group.attrs.pop("name", None) and None)


FILES = {
    "backbone.weights.h5": lambda base, path: base.save_weights(path),
    "backbone.h5": lambda base, path: base.save(path),
    "nested.weights.h5": lambda base, path: classifier(base).save_weights(path),
    "unnamed.weights.h5": lambda base, path: unnamed(classifier(base), path),
    "nested.h5": lambda base, path: classifier(base).save(path),
    "nested.keras": lambda base, path: classifier(base).save(path),
    "flat.keras": lambda base, path: flat(base).save(path),
}


def tiny():
    """Every kind of layer, few numbers: what the fuzz test spoils."""
    keras.backend.clear_session()
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(2, 3, name="Conv1"),
            keras.layers.DepthwiseConv2D(3, name="dw"),
            keras.layers.BatchNormalization(name="bn"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, name="predictions"),
        ]
    )
    for layer in model.layers:
        for variable in layer.weights:
            variable.assign(coarse(weight_name(layer, variable), variable.shape))
    return model


TINY = {
    "tiny.weights.h5": lambda model, path: model.save_weights(path),
    "tiny.h5": lambda model, path: model.save(path),
    "tiny.keras": lambda model, path: model.save(path),
}


def write_fixtures(make, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, save in files.items():
            path = Path(folder) / name
            save(make(), path)
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            (FIXTURES / f"{name}.gz").write_bytes(packed)
            print(name, path.stat().st_size, "->", len(packed))


def golden():
    base = base_network()
    pictures = keras.applications.mobilenet_v2.preprocess_input(rule.pictures(2, SIZE).astype(np.float32))
    output = np.asarray(base(pictures, training=False))
    if "--check" not in sys.argv:
        FIXTURES.mkdir(exist_ok=True)
        write_fixtures(base_network, FILES)
        write_fixtures(tiny, TINY)
    return {"alpha": ALPHA, "size": SIZE, "batch": 2, "files": list(FILES), "pooled": encode(output.mean(axis=(1, 2)))}


if __name__ == "__main__":
    write_or_check("files", {"mobilenetv2-0.1": golden})
