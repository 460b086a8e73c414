"""
Makes classifiers as people save them with Keras, and what Keras' own backbone in them makes of raw pictures:
`python keras_classifiers.py FOLDER` writes the files and `cases.json`. Nothing of it is kept: the test that reads the
files makes them anew (classifiers.live.test.ts).
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import h5py
import keras
import ml_dtypes
import numpy as np
from keras import layers

import rule
from golden_file import encode
from keras_goldens import weight_name

SIZE = 48
FOLDER = Path(sys.argv[1])
RAW = rule.pictures(2, SIZE).astype(np.float32)
CASES = []


def fill(network, rounded=None):
    """Weights by rule; rounded to a narrower kind of float where the file will hold that."""
    for layer in network.layers:
        for variable in layer.weights:
            name = weight_name(layer, variable)
            if name.rsplit("/", 1)[1] in ("mean", "variance", "count"):
                continue
            value = rule.weights(name, variable.shape)
            variable.assign(value if rounded is None else value.astype(rounded).astype(np.float32))
    return network


def mobile(alpha=0.1, rounded=None, name=None):
    return fill(keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), alpha=alpha, name=name), rounded)


def efficient(imagenet=False):
    """With `imagenet` as Keras builds it for those weights (one more Rescaling), which are not fetched."""
    module = sys.modules["keras.src.applications.efficientnet"]
    before = module.file_utils.get_file, keras.Model.load_weights
    module.file_utils.get_file = lambda *_, **__: ""
    keras.Model.load_weights = lambda *_, **__: None
    try:
        base = keras.applications.EfficientNetB0(
            include_top=False, weights="imagenet" if imagenet else None, input_shape=(SIZE, SIZE, 3))
    finally:
        module.file_utils.get_file, keras.Model.load_weights = before
    norm = next(layer for layer in base.layers if isinstance(layer, layers.Normalization))
    mean, variance = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) if imagenet else ([0.4, 0.5, 0.3], [0.07, 0.06, 0.09])
    for variable, value in zip(norm.weights, [mean, variance, 0]):
        variable.assign(value)
    norm.finalize_state()
    return fill(base)


def usual(x):
    return keras.applications.mobilenet_v2.preprocess_input(np.array(x))


def around(base, before=(), behind=()):
    """A functional classifier: layers, the backbone as one layer, a head."""
    x = inputs = keras.Input((SIZE, SIZE, 3))
    for layer in before:
        x = layer(x)
    x = base(x, training=False)
    for layer in behind:
        x = layer(x)
    if len(x.shape) == 4:
        x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="predictions")(x))


def case(name, model, base, made, backbone=None, formats=(".keras", ".weights.h5"), **more):
    """
    `made`: what the backbone itself is given. `says`: per format, who has to say it. The golden is Keras' own sum.
    """
    expected = np.asarray(base(made, training=False)).mean(axis=(1, 2))
    for ending in formats:
        file = f"{name}{ending}"
        (model.save_weights if ending == ".weights.h5" else model.save)(FOLDER / file)
        CASES.append({"file": file, "backbone": backbone or {"name": "mobilenetv2", "alpha": 0.1},
                      "size": SIZE, "batch": 2, "pooled": encode(expected), **more})
    keras.backend.clear_session()


def cases():
    base = mobile()
    head = [layers.Conv2D(8, 3, padding="same"), layers.GlobalAveragePooling2D(), layers.BatchNormalization(),
            layers.Dense(16, "relu"), layers.Dropout(0.3)]
    case("deep-head", around(base, behind=head), base, usual(RAW), formats=(".h5", ".keras", ".weights.h5"),
         leftOut=["conv2d", "batch_normalization", "dense", "predictions"])

    x = base.output
    for layer in [layers.Conv2D(8, 1), layers.GlobalAveragePooling2D(), layers.BatchNormalization(), layers.Dense(4)]:
        x = layer(x)
    case("flat-head", keras.Model(base.input, layers.Dense(3, name="predictions")(x)), base, usual(RAW))

    base = mobile()
    case("grey", around(base, [layers.Conv2D(3, 3, padding="same", name="to_rgb")]), base, usual(RAW),
         leftOut=["to_rgb"])

    base = mobile()
    adapted = layers.Normalization(axis=-1)
    adapted.adapt(RAW)
    case("adapted", around(base, [adapted]), base, np.asarray(adapted(RAW)))

    base = mobile()
    layer = layers.Rescaling(1 / 127.5, offset=-1)
    case("plus-minus", around(base, [layers.RandomFlip("horizontal"), layer]), base, np.asarray(layer(RAW)),
         formats=(".keras",), saidBy="file")
    base = mobile()
    case("sequential", keras.Sequential([keras.Input((SIZE, SIZE, 3)), layers.Rescaling(1 / 255), base,
                                         layers.GlobalAveragePooling2D(), layers.Dense(3)]),
         base, RAW / 255, formats=(".h5",), saidBy="file")
    base = mobile()
    case("in-graph", around(base, [lambda x: x * 0.01, lambda x: 1 - x]), base, 1 - RAW * 0.01,
         formats=(".keras",), saidBy="file")
    base = mobile()
    case("preprocess-input", around(base, [keras.applications.mobilenet_v2.preprocess_input]), base, usual(RAW),
         formats=(".h5",), saidBy="file")

    base = mobile()
    case("lambda", around(base, [layers.Lambda(lambda x: x / 255, name="halve")]), base, RAW / 255,
         formats=(".keras",), refusedFor="halve (Lambda)", preprocessing="unit")

    for imagenet in (False, True):
        base = efficient(imagenet)
        # Its own layers do it: the golden begins at raw pixels.
        name = "efficientnet-imagenet" if imagenet else "efficientnet"
        example = [layers.GlobalAveragePooling2D(name="avg_pool"), layers.BatchNormalization(),
                   layers.Dropout(0.2, name="top_dropout")]
        case(name, around(base, behind=example), base, RAW, {"name": "efficientnetb0"},
             formats=(".keras",), saidBy="file")

    # As PyTorch's are, or those that somebody built.
    def other(layer):
        config = layer.get_config()
        if isinstance(layer, layers.BatchNormalization):
            config.update(epsilon=1e-2, momentum=0.9)
        return layer.__class__.from_config(config)

    base = fill(keras.models.clone_model(mobile(), clone_function=other))
    case("epsilon", base, base, usual(RAW), formats=(".h5",), epsilon=1e-2, momentum=0.9)

    for kind in ("float16", "bfloat16"):
        base = mobile(rounded=np.float16 if kind == "float16" else ml_dtypes.bfloat16)
        keras.config.set_dtype_policy(kind)
        narrow = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), alpha=0.1)
        narrow.set_weights([np.asarray(w) for w in base.get_weights()])
        keras.config.set_dtype_policy("float32")
        case(kind, narrow, base, usual(RAW), formats=(".h5", ".weights.h5"))

    # Two models with layers of the same names, of which one is another size.
    small, wide = mobile(0.1, name="student"), mobile(0.35, name="teacher")
    inputs = keras.Input((SIZE, SIZE, 3))
    pooled = [layers.GlobalAveragePooling2D()(network(inputs)) for network in (wide, small)]
    both = keras.Model(inputs, layers.Dense(3)(layers.Concatenate()(pooled)))
    case("both", both, small, usual(RAW))

    # As Keras 2 named variables of what was built twice in a session.
    base = mobile()
    case("again", base, base, usual(RAW), formats=(".h5",))
    with h5py.File(FOLDER / "again.h5", "r+") as file:
        for layer in list(file["model_weights"]):
            group = file["model_weights"][layer]
            if isinstance(group, h5py.Group) and layer in group:
                group.move(layer, f"{layer}_1")


if __name__ == "__main__":
    cases()
    (FOLDER / "cases.json").write_text(json.dumps(CASES))
