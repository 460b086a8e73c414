"""Owns the difficulty check of the sample set: it must need learned features, and not be fully solvable.

python tools/sample-set/difficulty.py [epochs]

Prints the test accuracy of (1) logistic regression on pixels, (2) logistic regression on the features of
a MobileNetV2 0.35 with random weights, (3) that network trained as a whole. (1) and (2) must stay far
under (3), and (3) under 100 %.
"""

import sys

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from faces import SIDE_PX, as_network_input, load_faces, split_faces


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
    """Trains all of the network with augmentation; returns test accuracy at the best validation loss."""
    keras.utils.set_random_seed(42)
    base = new_base()
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9  # Few steps: the default of 0.999 would leave the averages behind.
    model = keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(0.03),
        keras.layers.RandomZoom(0.1),
        base,
        keras.layers.Dropout(0.3),
        keras.layers.Dense(8, activation="softmax"),
    ])
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, epochs * (len(train) // 32 + 1))
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=1e-3)
    model.compile(optimizer, loss="sparse_categorical_crossentropy")
    model.fit(inputs[train], classes[train], batch_size=32, epochs=epochs, verbose=0,
              validation_data=(inputs[validation], classes[validation]))
    predicted = model.predict(inputs[test], verbose=0).argmax(1)
    return float((predicted == classes[test]).mean()), predicted


def main():
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    pictures, classes, labels = load_faces()
    train, validation, test = split_faces(classes)
    inputs = as_network_input(pictures)
    small = inputs[:, ::4, ::4].reshape(len(inputs), -1)
    print(f"pixels, linear probe: {linear_probe(small, classes, train, test):.3f}", flush=True)
    keras.utils.set_random_seed(42)
    random_features = new_base().predict(inputs, verbose=0)
    print(f"random MobileNetV2 0.35, linear probe: {linear_probe(random_features, classes, train, test):.3f}", flush=True)
    if epochs == 0: return
    accuracy, predicted = train_whole(inputs, classes, train, validation, test, epochs)
    print(f"MobileNetV2 0.35 trained from random, {epochs} epochs: {accuracy:.3f}")
    confusion = np.zeros((8, 8), int)
    np.add.at(confusion, (classes[test], predicted), 1)
    for label, row in zip(labels, confusion):
        print(f"{label:9}", *(f"{n:3}" for n in row))


if __name__ == "__main__":
    main()
