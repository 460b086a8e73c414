"""
Times Keras on the networks that `tools/bench/device/ours.ts` measures: `python keras_steps.py JSON`, JSON being a list of
{"backbone", "alpha", "size", "batch", "unfreeze"}. Prints for each a line of JSON: milliseconds of `train_on_batch` and of
`predict_on_batch` for one picture, the median of what there is time for. Weights are random: they cost the same.
"""

import json
import statistics
import sys
import time

import numpy as np
import keras
from keras import layers

CLASSES = 8
SECONDS = 4

BACKBONES = {
    "mobilenetv2": keras.applications.MobileNetV2,
    "efficientnetb2": keras.applications.EfficientNetB2,
    "vgg16": keras.applications.VGG16,
}


def build(backbone, size, unfreeze, alpha=None):
    """The paper's network with its last layers open, BatchNorm on its averages."""
    options = {} if alpha is None else {"alpha": alpha}
    base = BACKBONES[backbone](input_shape=(size, size, 3), include_top=False, weights=None, **options)
    for layer in base.layers[:-unfreeze]:
        layer.trainable = False
    inputs = keras.Input((size, size, 3))
    x = layers.GlobalAveragePooling2D()(base(inputs, training=False))
    x = layers.Dropout(0.2)(x)
    model = keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(x))
    model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy")
    return model


def median_ms(run):
    """Of as many runs as there is time for, two at least, after two that trace and compile."""
    for _ in range(2):
        run()
    taken = []
    end = time.perf_counter() + SECONDS
    while len(taken) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


def main():
    random = np.random.default_rng(1)
    for network in json.loads(sys.argv[1]):
        batch = network.pop("batch")
        model = build(**network)
        x = random.uniform(0, 255, (batch, network["size"], network["size"], 3)).astype("float32")
        y = np.zeros(batch, dtype="int32")
        step = median_ms(lambda: model.train_on_batch(x, y))
        answer = median_ms(lambda: model.predict_on_batch(x[:1]))
        print(json.dumps({"stepMs": step, "answerMs": answer}), flush=True)


if __name__ == "__main__":
    main()
