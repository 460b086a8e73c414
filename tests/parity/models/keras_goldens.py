"""
Makes the goldens of the backbones from real Keras: `python keras_goldens.py` writes them, `--check` computes them anew
and compares. Needs Keras 3.15 on TensorFlow (`pip install keras==3.15.1 tensorflow-cpu==2.21.0`).

One line in NETWORKS adds a network.
"""

import hashlib
import os
import re
from unittest import mock

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["COLUMNS"] = "300"  # else `summary` cuts its lines at 80

import keras
import numpy as np
from keras import applications
from keras.src.applications import efficientnet

import rule
from golden_file import encode, write_or_check

BATCH = 2
SAMPLES = 48


def with_imagenet_stem(builder):
    """EfficientNet as it is with ImageNet weights, one layer more, without the weights: they cannot be had offline."""

    def build(**settings):
        settings["weights"] = "imagenet"
        with mock.patch.object(efficientnet.Functional, "load_weights"):
            with mock.patch.object(efficientnet.file_utils, "get_file", return_value=""):
                model = builder(**settings)
        return model

    return build


def unit(pixels):
    """What the paper's text does to pixels before any of the networks."""
    return pixels / np.float32(255)


mobilenet = lambda alpha: lambda **settings: applications.MobileNetV2(alpha=alpha, **settings)

# golden: (Keras' builder, our recipe's backbone, sizes, preprocess_input)
NETWORKS = {
    "mobilenetv2-0.35": (
        mobilenet(0.35),
        {"name": "mobilenetv2", "alpha": 0.35, "weights": "random"},
        [64, 75],
        applications.mobilenet_v2.preprocess_input,
    ),
    "mobilenetv2-1.4": (
        mobilenet(1.4),
        {"name": "mobilenetv2", "alpha": 1.4, "weights": "random"},
        [32, 49],
        applications.mobilenet_v2.preprocess_input,
    ),
    "mobilenetv2-1.0": (
        mobilenet(1.0),
        {"name": "mobilenetv2", "alpha": 1.0, "weights": "random"},
        [96, 97],
        applications.mobilenet_v2.preprocess_input,
    ),
    "efficientnetb2": (
        with_imagenet_stem(applications.EfficientNetB2),
        {"name": "efficientnetb2", "weights": "imagenet"},
        [64, 75],
        applications.efficientnet.preprocess_input,
    ),
    "vgg16": (
        applications.VGG16,
        {"name": "vgg16", "weights": "random"},
        [48, 37],
        applications.vgg16.preprocess_input,
    ),
}

# Only names, classes, shapes and counts, as a hash.
STRUCTURES = [
    ("efficientnetb2", "random", 224, applications.EfficientNetB2),
    ("vgg19", "random", 224, applications.VGG19),
    *[
        (f"efficientnetb{i}", "random", size, getattr(applications, f"EfficientNetB{i}"))
        for i, size in [(0, 224), (1, 240), (3, 300), (4, 380), (5, 456), (6, 528), (7, 600)]
    ],
]


def weight_name(layer, variable):
    kind = variable.name
    if isinstance(layer, keras.layers.DepthwiseConv2D) and kind == "kernel":
        kind = "depthwise_kernel"
    return f"{layer.name}/{kind}"


def fill(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            # What Keras' own ImageNet file holds: the deviation where the variance belongs, which the layer after it
            # (a Rescaling by 1 / sqrt(deviation)) puts right.
            layer.adapt_mean.assign([0.485, 0.456, 0.406])
            layer.adapt_variance.assign([0.229, 0.224, 0.225])
            layer.finalize_state()
            continue
        for variable in layer.weights:
            variable.assign(rule.weights(weight_name(layer, variable), variable.shape))


def layer_rows(model):
    rows = []
    for layer in model.layers:
        shape = layer.output.shape[1:]
        rows.append([layer.name, type(layer).__name__, list(shape), layer.count_params()])
    return rows


def probe_names(model):
    """About six layers over the depth, and the last."""
    count = len(model.layers)
    picked = [round(count * part) for part in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)]
    return list(dict.fromkeys([model.layers[i].name for i in picked] + [model.layers[-1].name]))


def built(build, size):
    """A network at a size, with weights by rule. Building one takes longer than all that is asked of it."""
    keras.backend.clear_session()
    model = build(include_top=False, weights=None, input_shape=(size, size, 3))
    fill(model)
    return model


def activations(model, size, preprocess):
    names = probe_names(model)
    probe = keras.Model(model.input, [model.get_layer(name).output for name in names])
    inputs = preprocess(rule.pictures(BATCH, size).astype(np.float32))
    outputs = [np.asarray(output) for output in probe(inputs, training=False)]
    probes = []
    for name, output in zip(names, outputs):
        flat = output.reshape(-1)
        picked = [i * flat.size // SAMPLES for i in range(min(SAMPLES, flat.size))]
        probes.append(
            {
                "layer": name,
                "shape": list(output.shape),
                "largest": float(np.abs(flat).max()),
                "deviation": float(flat.std()),
                "samples": encode(flat[picked]),
            }
        )
    return {"size": size, "batch": BATCH, "probes": probes, "pooled": encode(outputs[-1].mean(axis=(1, 2)))}


def trainable_names(model, unfreeze):
    for i, layer in enumerate(model.layers):
        layer.trainable = i >= len(model.layers) - unfreeze
    return [
        weight_name(layer, variable)
        for layer in model.layers
        for variable in layer.trainable_variables
    ]


def preprocessed(model, preprocess):
    """All 256 values in each channel: picture i has red i, green 255 - i, blue 7 i mod 256."""
    i = np.arange(256)
    values = preprocess(np.stack([i, 255 - i, 7 * i % 256], axis=-1).astype(np.float32).reshape(1, 16, 16, 3))
    for layer in model.layers:
        if layer.name.startswith(("rescaling", "normalization")):
            values = np.asarray(layer(values))
    return encode(values.reshape(-1))


def structure_hash(rows):
    text = "\n".join(f"{name}|{kind}|{','.join(map(str, shape))}|{count}" for name, kind, shape, count in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def summary_lines(model):
    """What `model.summary()` prints: name, type, shape and parameters of each layer, and the totals."""
    printed = []
    model.summary(line_length=300, print_fn=lambda text, **_: printed.append(text))
    lines = []
    for line in "\n".join(printed).splitlines():
        cells = [cell.strip() for cell in re.split("[│|]", line)[1:4]]  # the latter where output is ASCII
        if len(cells) == 3 and cells[0] and cells[0] != "Layer (type)":
            lines.append(" | ".join(cells))
        elif "params:" in line:
            lines.append(line.strip().split(" (")[0])
    return lines


def golden(build, recipe, sizes, preprocess):
    """Two sizes, of which the second tells how odd sides are padded."""
    first, second = (built(build, size) for size in sizes)
    count = len(second.layers)
    return {
        "keras": keras.__version__,
        "recipe": recipe,
        "layers": layer_rows(second),
        "layersSize": sizes[1],
        "totalParameters": second.count_params(),
        "summary": hashlib.sha256("\n".join(summary_lines(second)).encode()).hexdigest(),
        "preprocessed": preprocessed(first, preprocess),
        "unit": {"preprocessed": preprocessed(first, unit), "activations": activations(first, sizes[0], unit)},
        "trainable": [
            {"unfreeze": n, "variables": trainable_names(first, n)}
            for n in sorted({1, 4, 10, 30, count})
            if n <= count
        ],
        "activations": [activations(model, size, preprocess) for model, size in zip((first, second), sizes)],
    }


def structures():
    rows = []
    for name, weights, size, build in STRUCTURES:
        keras.backend.clear_session()
        # Values are not asked for, and take longer than all else.
        with keras.StatelessScope(initialize_variables=False):
            model = build(include_top=False, weights=None, input_shape=(size, size, 3))
        rows.append(
            {
                "recipe": {"name": name, "weights": weights},
                "size": size,
                "layers": len(model.layers),
                "parameters": model.count_params(),
                "sha256": structure_hash(layer_rows(model)),
            }
        )
    return rows


if __name__ == "__main__":
    makers = {name: (lambda entry=entry: golden(*entry)) for name, entry in NETWORKS.items()}
    write_or_check("keras", {**makers, "structures": structures})
