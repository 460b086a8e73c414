"""
Carries a recipe out with real Keras, once for each seed, on the pictures and weights that Mien has: `python keras_seeds.py
FOLDER WEIGHTS SEED...`. `keras-seeds.ts` writes the folder; WEIGHTS is the starter weights' safetensors file. Prints a line
of JSON: Keras' version and how far its features are from Mien's; then one for each seed: test loss, accuracy, epochs.

It is the paper's protocol as it was meant: in fine-tuning every BatchNorm stays on its averages.
"""

import json
import struct
import sys

import numpy as np
import keras
from keras import layers

import keras_fit

# Largest distance of a picture's features from Mien's, relative to their length: more is another network.
FEATURES_ALIKE = 1e-3


class OnAverages(layers.Layer):
    """Runs a model for inference though its layers train: `base(x, training=False)` alone is overridden by `fit`."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def call(self, x):
        return self.base(x, training=False)


def augmentation(recipe):
    """What the recipe's fields mean: fractions of a turn, both axes zoomed alike, edges reflected."""
    asked = recipe["augmentation"]
    return [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(asked["rotationDegrees"] / 360, fill_mode="reflect"),
        layers.RandomZoom(asked["zoom"], fill_mode="reflect"),
        layers.RandomContrast(asked["contrast"]),
    ]


def build(recipe, classes, weights):
    """The base with Mien's starting weights, and the whole network around it."""
    size = recipe["image"]["size"]
    base = keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=recipe["backbone"]["alpha"], include_top=False, weights=None
    )
    fill(base, weights)
    x = inputs = keras.Input((size, size, 3))
    for layer in augmentation(recipe):
        x = layer(x)
    x = features(base, x)
    x = layers.Dropout(recipe["head"]["dropout"])(x)
    return base, keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def features(base, pictures):
    """Pooled values behind the base, from pictures of 0 to 255."""
    x = keras.applications.mobilenet_v2.preprocess_input(pictures)
    return layers.GlobalAveragePooling2D()(OnAverages(base)(x))


def fill(base, weights):
    """Every weight of the base by its name in the file; none may be left over on either side."""
    left = dict(weights)
    for layer in base.layers:
        for variable in layer.weights:
            kernel = "depthwise_kernel" if isinstance(layer, layers.DepthwiseConv2D) else variable.name
            variable.assign(left.pop(f"{layer.name}/{kernel}"))
    if left:
        raise ValueError(f"weights that no layer takes: {sorted(left)}")


def read_safetensors(path):
    """Its tensors as float32."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    types = {"F16": np.float16, "F32": np.float32}
    tensors = {}
    for name, row in header.items():
        start, end = (8 + length + offset for offset in row["data_offsets"])
        values = np.frombuffer(data[start:end], types[row["dtype"]])
        tensors[name] = values.reshape(row["shape"]).astype(np.float32)
    return tensors


def feature_error(base, pictures, mien):
    """The largest relative distance of a picture's features from Mien's. Training is not believed if it is large."""
    # Of a copy: preprocess_input changes an array in place.
    ours = np.asarray(features(base, pictures.copy()))
    error = float((np.linalg.norm(ours - mien, axis=1) / np.linalg.norm(mien, axis=1)).max())
    if not error < FEATURES_ALIKE:
        raise ValueError(f"features are {error} from Mien's: another network, other weights or other pictures")
    return error


def fit(model, data, recipe, phase):
    """Trains one phase and returns the number of its epochs."""
    model.compile(
        keras.optimizers.Adam(phase["learningRate"]), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stopping = keras.callbacks.EarlyStopping(
        "val_loss",
        patience=recipe["earlyStopping"]["patience"],
        restore_best_weights=recipe["earlyStopping"]["restoreBest"],
    )
    history = model.fit(
        data["trainX"],
        data["trainY"],
        batch_size=recipe["batchSize"],
        epochs=phase["epochs"],
        validation_data=(data["validationX"], data["validationY"]),
        callbacks=[stopping],
        verbose=0,
    )
    return len(history.epoch)


def averages(base):
    """Of all BatchNorms, as one vector."""
    norms = [layer for layer in base.layers if isinstance(layer, layers.BatchNormalization)]
    parts = [np.asarray(value).ravel() for norm in norms for value in (norm.moving_mean, norm.moving_variance)]
    return np.concatenate(parts)


def run(recipe, data, weights, seed):
    """Both phases with one seed, then the test pictures."""
    keras.utils.set_random_seed(seed)
    base, model = build(recipe, int(data["trainY"].max()) + 1, weights)
    before = averages(base)
    epochs = []
    for phase in recipe["phases"]:
        cut = len(base.layers) - phase.get("unfreeze", 0)
        for index, layer in enumerate(base.layers):
            layer.trainable = index >= cut
        epochs.append(fit(model, data, recipe, phase))
    if not np.array_equal(before, averages(base)):
        raise ValueError("a BatchNorm's averages have moved: it ran on its batches")
    loss, accuracy = model.evaluate(data["testX"], data["testY"], verbose=0)
    keras.backend.clear_session()
    return {"seed": seed, "testLoss": loss, "testAccuracy": accuracy, "epochs": epochs}


def main():
    folder, path, *seeds = sys.argv[1:]
    with open(f"{folder}/recipe.json", encoding="utf-8") as file:
        recipe = json.load(file)
    data = {
        name: values.astype(np.float32) if name.endswith("X") else values
        for name, values in keras_fit.read(folder).items()
    }
    weights = read_safetensors(path)
    base, _ = build(recipe, int(data["trainY"].max()) + 1, weights)
    count = base.output_shape[-1]
    mien = np.fromfile(f"{folder}/features.bin", np.float32).reshape(-1, count)
    error = feature_error(base, data["testX"][: len(mien)], mien)
    print(json.dumps({"keras": keras.__version__, "featureError": error}), flush=True)
    for seed in seeds:
        print(json.dumps(run(recipe, data, weights, int(seed))), flush=True)


if __name__ == "__main__":
    main()
