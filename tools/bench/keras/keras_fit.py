"""
Times Keras' `fit` on the recipe that tools/bench measures: `python keras_fit.py FOLDER EPOCHS ALPHA`. Prints
JSON: the seconds of each epoch, head and fine-tuning, and how many processors it had. Weights are random: they cost the same.
"""

import json
import sys
import time

import numpy as np
import keras
from keras import layers


def build(size, classes, alpha):
    """The paper's network: augmentation in the model, frozen base, pooled, dropout, dense."""
    base = keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=alpha, include_top=False, weights=None
    )
    base.trainable = False
    inputs = keras.Input((size, size, 3))
    x = layers.RandomFlip("horizontal")(inputs)
    x = layers.RandomRotation(10 / 360)(x)
    x = layers.RandomZoom(0.1)(x)
    x = layers.RandomContrast(0.1)(x)
    x = keras.applications.mobilenet_v2.preprocess_input(x)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return base, keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


class EpochTimes(keras.callbacks.Callback):
    """Seconds of each epoch, validation included, and processor seconds of all."""

    def __init__(self):
        super().__init__()
        self.seconds = []
        self.busy = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.start, self.before = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)
        self.busy += time.process_time() - self.before


def fit(model, data, epochs, rate):
    """Trains for some epochs and returns their times."""
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    times = EpochTimes()
    model.fit(
        data["trainX"].astype("float32"),
        data["trainY"],
        batch_size=32,
        epochs=epochs,
        validation_data=(data["validationX"].astype("float32"), data["validationY"]),
        callbacks=[times],
        verbose=0,
    )
    return times


def main():
    path, epochs, alpha = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    data = read(path)
    base, model = build(data["trainX"].shape[1], int(data["trainY"].max()) + 1, alpha)
    head = fit(model, data, epochs, 1e-3)
    base.trainable = True
    for layer in base.layers[:-30]:
        layer.trainable = False
    fine_tune = fit(model, data, epochs, 1e-5)
    epochs = [head.seconds, fine_tune.seconds]
    share = (head.busy + fine_tune.busy) / sum(map(sum, epochs))
    print(json.dumps({"keras": keras.__version__, "epochs": epochs, "share": share}))


def read(folder):
    """Raw uint8 pictures and labels with their shapes, as `keras-script.ts` writes them."""
    with open(f"{folder}/shapes.json", encoding="utf-8") as file:
        shapes = json.load(file)
    return {
        name: np.fromfile(f"{folder}/{name}.bin", dtype=np.uint8).reshape(shape)
        for name, shape in shapes.items()
    }


if __name__ == "__main__":
    main()
