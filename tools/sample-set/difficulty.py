"""Owns the difficulty check of the sample set: it must need learned features, and not be fully solvable.

python tools/sample-set/difficulty.py [epochs]

Prints the test accuracy of (1) logistic regression on pixels, (2) logistic regression on the features of
a MobileNetV2 0.35 with random weights, (3) that network fine-tuned as a whole from the starter weights.
(1) and (2) must stay far under (3), and (3) under 100 %.
"""

import pathlib
import sys

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from faces import SIDE_PX, as_network_input, load_faces, split_faces

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "starter-weights"))
from export import load_base  # noqa: E402

STARTER = pathlib.Path(__file__).parents[2] / "public/starter/mobilenetv2-0.35.safetensors"


def linear_probe(features, classes, train, test):
    """Best test accuracy over a few regularisations: the probe is given every advantage."""
    best = 0.0
    for strength in (1e-4, 1e-3, 1e-2, 1e-1):
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=300))
        probe.fit(features[train], classes[train])
        best = max(best, probe.score(features[test], classes[test]))
    return best


def new_base():
    return keras.applications.MobileNetV2(
        input_shape=(SIDE_PX, SIDE_PX, 3), alpha=0.35, include_top=False, weights=None, pooling="avg"
    )


def train_whole(inputs, classes, train, validation, test, epochs):
    """Fine-tunes all of the network from the starter weights; returns test accuracy and predictions."""
    keras.utils.set_random_seed(42)
    base = new_base()
    load_base(base, STARTER)
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # Few steps: the default of 0.999 would leave the averages behind.
    model = keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(0.02),
        keras.layers.RandomZoom(0.08),
        base,
        keras.layers.Dropout(0.3),
        keras.layers.Dense(8, activation="softmax"),
    ])
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, epochs * (len(train) // 32 + 1))
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=1e-3)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(inputs[train], classes[train], batch_size=32, epochs=epochs, verbose=0,
              validation_data=(inputs[validation], classes[validation]))
    predicted = model.predict(inputs[test], verbose=0).argmax(1)
    return float((predicted == classes[test]).mean()), predicted


def main():
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    pictures, classes, labels = load_faces()
    train, validation, test = split_faces(classes)
    inputs = as_network_input(pictures)
    small = inputs[:, ::4, ::4].reshape(len(inputs), -1)
    print(f"pixels, linear probe: {linear_probe(small, classes, train, test):.3f}", flush=True)
    keras.utils.set_random_seed(42)
    random_features = new_base().predict(inputs, verbose=0)
    print(f"random MobileNetV2 0.35, linear probe: {linear_probe(random_features, classes, train, test):.3f}", flush=True)
    accuracy, predicted = train_whole(inputs, classes, train, validation, test, epochs)
    print(f"MobileNetV2 0.35 fine-tuned as a whole from the starter weights, {epochs} epochs: {accuracy:.3f}")
    confusion = np.zeros((8, 8), int)
    np.add.at(confusion, (classes[test], predicted), 1)
    for label, row in zip(labels, confusion):
        print(f"{label:9}", *(f"{n:3}" for n in row))


if __name__ == "__main__":
    main()
