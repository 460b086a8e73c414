"""Owns the measure of the starter weights: they against random ones, on the sample set.

python tools/starter-weights/evaluate.py [WEIGHTS.safetensors] [head epochs] [fine-tune epochs] [rate]

Transfer learning as Mien's quick look does it: a head on the frozen base, then the base's last 30
layers, BatchNorm in inference mode, Adam, batches of 32, horizontal flips, split 60/20/20 with seed 42.
"""

import pathlib
import sys

import keras
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "sample-set"))
from faces import SIDE_PX, as_network_input, load_faces, split_faces  # noqa: E402

from export import load_base  # noqa: E402

STARTER = pathlib.Path(__file__).parents[2] / "public/starter/mobilenetv2-0.35.safetensors"
UNFREEZE = 30


class InferenceMode(keras.layers.Layer):
    """Runs a base on its moving averages in `fit` too, which a nested functional model would not do."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def call(self, inputs):
        return self.base(inputs, training=False)


def new_model(weights):
    base = keras.applications.MobileNetV2(
        input_shape=(SIDE_PX, SIDE_PX, 3), alpha=0.35, include_top=False, weights=None, pooling="avg"
    )
    if weights:
        load_base(base, weights)
    return base, keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        InferenceMode(base),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(8, activation="softmax"),
    ])


def fit(model, rate, epochs, faces, rows):
    """Trains one phase; returns the best validation accuracy seen."""
    inputs, classes = faces
    train, validation, _ = rows
    model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(inputs[train], classes[train], batch_size=32, epochs=epochs, verbose=0,
                        validation_data=(inputs[validation], classes[validation]))
    return max(history.history["val_accuracy"])


def moving(base):
    return [v for v in base.weights if "moving" in v.name]


def run(name, weights, schedule, faces, rows):
    head_epochs, tune_epochs, rate = schedule
    keras.utils.set_random_seed(42)
    base, model = new_model(weights)
    averages = [np.array(v) for v in moving(base)]
    inputs, classes = faces
    test = rows[2]

    def tell(phase, validation):
        loss, accuracy = model.evaluate(inputs[test], classes[test], verbose=0)
        print(f"{name}, {phase}: best validation accuracy {validation:.3f}, test loss {loss:.3f}, test accuracy {accuracy:.3f}", flush=True)

    base.trainable = False
    tell("head", fit(model, 1e-3, head_epochs, faces, rows))
    base.trainable = True
    # The pooling layer at the end is ours, so it does not count among the last 30.
    for layer in base.layers[: -UNFREEZE - 1]:
        layer.trainable = False
    tell("fine-tune", fit(model, rate, tune_epochs, faces, rows))
    # Proof of inference mode: no moving average has moved.
    if any((np.asarray(v) != before).any() for v, before in zip(moving(base), averages)):
        raise RuntimeError("expected the moving averages to stay, but fitting moved them")
    return model


def main():
    weights = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else STARTER
    head = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    tune = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    rate = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-3
    pictures, classes, labels = load_faces()
    rows = split_faces(classes)
    faces = (as_network_input(pictures), classes)
    run("random", None, (head, tune, rate), faces, rows)
    model = run("starter", weights, (head, tune, rate), faces, rows)
    test = rows[2]
    predicted = model.predict(faces[0][test], verbose=0).argmax(1)
    confusion = np.zeros((8, 8), int)
    np.add.at(confusion, (classes[test], predicted), 1)
    for label, row in zip(labels, confusion):
        print(f"{label:9}", *(f"{n:3}" for n in row))


if __name__ == "__main__":
    main()
