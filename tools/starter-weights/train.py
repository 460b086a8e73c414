"""Owns training the starter weights: MobileNetV2 0.35 from random, on action units and attributes.

python tools/starter-weights/train.py FOLDER [steps] [OUT.safetensors]

FOLDER holds the shards that draw.ts made. Writes the base without its top, in float16.
"""

import json
import pathlib
import sys
import time

import keras
import numpy as np

from export import save_base
from shards import Shards, batches, plain_batches

SEED = 7
BATCH_SIZE = 32
HELD_OUT = 2000
PEAK_LEARNING_RATE = 2e-3
OUT = pathlib.Path(__file__).parents[2] / "public/starter/mobilenetv2-0.35.safetensors"


def build(side, targets):
    """The base, and the whole network: pooled features into one linear layer."""
    base = keras.applications.MobileNetV2(input_shape=(side, side, 3), alpha=0.35, include_top=False, weights=None)
    for layer in batch_norms(base):
        # Keras' 0.999 needs far more steps than this run has.
        layer.momentum = 0.98
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    return base, keras.Model(base.input, keras.layers.Dense(targets, name="targets")(pooled))


def batch_norms(model):
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def target_loss(action_units):
    """Mean squared error; action units count more than attributes, which are easier."""

    def loss(truth, predicted):
        squared = keras.ops.square(truth - predicted)
        return 10 * keras.ops.mean(squared[:, :action_units]) + keras.ops.mean(squared[:, action_units:])

    return loss


def recalibrate(base, shards, rows):
    """Makes the moving averages the plain mean over many batches of finished weights, as inference uses them."""
    norms = batch_norms(base)
    for seen, (inputs, _) in enumerate(plain_batches(shards, rows)):
        for layer in norms:
            layer.momentum = seen / (seen + 1)
        base(inputs, training=True)


def validate(model, shards, rows):
    """Mean absolute error and correlation of each target on pictures never trained on."""
    inputs, truth = zip(*plain_batches(shards, rows))
    truth = np.concatenate(truth)
    predicted = model.predict(np.concatenate(inputs), batch_size=64, verbose=0)
    return {
        name: {
            "meanAbsoluteError": round(float(np.abs(truth[:, i] - predicted[:, i]).mean()), 3),
            "correlation": round(float(np.corrcoef(truth[:, i], predicted[:, i])[0, 1]), 3),
        }
        for i, name in enumerate(shards.names)
    }


class Progress(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.started = time.time()

    def on_train_batch_end(self, batch, logs=None):
        if batch % 100 == 99:
            print(f"step {batch + 1}, {time.time() - self.started:.0f} s, loss {logs['loss']:.4f}", flush=True)


def main():
    if len(sys.argv) < 2:
        raise SystemExit("expected the folder of shards as first argument")
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    out = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else OUT
    keras.utils.set_random_seed(SEED)
    shards = Shards(sys.argv[1])
    rows = np.arange(len(shards.pictures))
    trained_on, held_out = rows[:-HELD_OUT], rows[-HELD_OUT:]
    base, model = build(shards.pictures.shape[1], len(shards.names))
    schedule = keras.optimizers.schedules.CosineDecay(
        PEAK_LEARNING_RATE / 10, steps - 300, alpha=0.01, warmup_target=PEAK_LEARNING_RATE, warmup_steps=300
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=1e-3, clipnorm=1.0)
    model.compile(optimizer, loss=target_loss(shards.action_units), jit_compile=False)
    data = batches(shards, trained_on, BATCH_SIZE, steps, SEED)
    model.fit(data, steps_per_epoch=steps, verbose=0, callbacks=[Progress()])
    recalibrate(base, shards, trained_on[:6400])
    report = {
        "drawSeed": shards.manifest["seed"], "trainSeed": SEED, "picturesDistinct": len(trained_on),
        "picturesSeen": steps * BATCH_SIZE, "steps": steps, "heldOut": HELD_OUT, "sidePx": shards.pictures.shape[1],
        "validation": validate(model, shards, held_out),
    }
    save_base(base, out, report)
    out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    errors = report["validation"]
    print(json.dumps(errors))
    print("mean correlation over action units:", round(float(np.mean([errors[n]["correlation"] for n in shards.names[: shards.action_units]])), 3))


if __name__ == "__main__":
    main()
