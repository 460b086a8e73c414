"""
Makes the goldens of what a recipe may ask for beside plain Adam: `python keras_protocol.py` writes them, `--check`
computes them anew and compares. Needs Keras 3.15 on TensorFlow (`pip install keras==3.15.1 tensorflow-cpu==2.21.0`).

- optimizers: 20 updates of two variables by gradients by rule; where the variables end.
- schedules: the rate of each step of a phase, and of each epoch on a plateau.
- losses: what `train_on_batch` makes of smoothed labels and weighted classes: the loss, and the logits' gradient.
- dropout: what a dropout with a draw a picture keeps of pictures of ones, and what it makes of them.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models"))

import keras_goldens  # first: it sets TensorFlow's environment
import keras
import numpy as np

import rule
from golden_file import write_or_check

STEPS = 20
VARIABLES = {"a/kernel": (3, 5), "b/bias": (7,)}

# The phase's fields as a recipe has them, and Keras' optimizer.
CASES = [
    ({"learningRate": 0.001}, lambda: keras.optimizers.Adam(0.001)),
    (
        {"learningRate": 0.01, "optimizer": {"name": "adam", "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4}},
        lambda: keras.optimizers.Adam(0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-4),
    ),
    ({"learningRate": 0.001, "optimizer": {"name": "adamw"}}, lambda: keras.optimizers.AdamW(0.001)),
    (
        {"learningRate": 0.01, "optimizer": {"name": "adamw", "weightDecay": 0.1}},
        lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    ),
    ({"learningRate": 0.01, "optimizer": {"name": "sgd", "momentum": 0}}, lambda: keras.optimizers.SGD(0.01)),
    ({"learningRate": 0.01, "optimizer": {"name": "sgd"}}, lambda: keras.optimizers.SGD(0.01, momentum=0.9)),
    (
        {"learningRate": 0.01, "optimizer": {"name": "sgd", "nesterov": True}},
        lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    ),
    (
        {"learningRate": 0.01, "gradientClip": 0.5, "optimizer": {"name": "sgd"}},
        lambda: keras.optimizers.SGD(0.01, momentum=0.9, global_clipnorm=0.5),
    ),
    (
        {"learningRate": 0.001, "gradientClip": 100, "optimizer": {"name": "adamw"}},
        lambda: keras.optimizers.AdamW(0.001, global_clipnorm=100),
    ),
]


def flat(values):
    return [float(x) for x in keras.ops.convert_to_numpy(values).reshape(-1)]


def optimizers():
    cases = []
    for phase, make in CASES:
        optimizer = make()
        variables = [keras.Variable(rule.weights(name, shape)) for name, shape in VARIABLES.items()]
        for step in range(STEPS):
            gradients = [rule.weights(f"step{step}/{name}", shape) for name, shape in VARIABLES.items()]
            optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], variables)
        ends = {name: flat(variable) for name, variable in zip(VARIABLES, variables)}
        cases.append({"phase": phase, "ends": ends})
    return {
        "keras": keras.__version__,
        "steps": STEPS,
        "shapes": {name: list(shape) for name, shape in VARIABLES.items()},
        "cases": cases,
    }


STEPS_PER_EPOCH = 7
EPOCHS = 6

# The phase's schedule as a recipe has it, and Keras' own. Warm-up alone is a decay that keeps the whole rate.
SCHEDULES = [
    ({"name": "cosine"}, lambda rate, steps: keras.optimizers.schedules.CosineDecay(rate, steps)),
    ({"name": "cosine", "end": 0.1}, lambda rate, steps: keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.1)),
    (
        {"name": "cosine", "warmUpEpochs": 2, "end": 0.05},
        lambda rate, steps: keras.optimizers.schedules.CosineDecay(
            0.0, steps - 2 * STEPS_PER_EPOCH, alpha=0.05, warmup_target=rate, warmup_steps=2 * STEPS_PER_EPOCH
        ),
    ),
    (
        {"name": "warmUp", "warmUpEpochs": 3},
        lambda rate, steps: keras.optimizers.schedules.CosineDecay(
            0.0, steps, alpha=1.0, warmup_target=rate, warmup_steps=3 * STEPS_PER_EPOCH
        ),
    ),
]
PLATEAUS = [
    ({"name": "plateau"}, {"factor": 0.1, "patience": 3}),
    ({"name": "plateau", "factor": 0.5, "patience": 2, "lowest": 2e-4}, {"factor": 0.5, "patience": 2, "min_lr": 2e-4}),
]
# Falls, stands still, falls by less than counts, falls again, rises.
VAL_LOSSES = [2.0, 1.5, 1.5, 1.49995, 1.5, 1.49994, 1.2, 1.3, 1.25, 1.2, 1.21, 1.22, 1.3, 1.3, 1.3, 1.3, 1.3, 1.3]


def schedules():
    rate = 1e-3
    by_step = []
    for schedule, make in SCHEDULES:
        keras_schedule = make(rate, STEPS_PER_EPOCH * EPOCHS)
        rates = [float(keras_schedule(step)) for step in range(STEPS_PER_EPOCH * EPOCHS)]
        by_step.append({"schedule": schedule, "rates": rates})
    by_epoch = []
    for schedule, settings in PLATEAUS:
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(rate), "mse")
        callback = keras.callbacks.ReduceLROnPlateau("val_loss", mode="min", **settings)
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, loss in enumerate(VAL_LOSSES):
            rates.append(float(model.optimizer.learning_rate.numpy()))
            callback.on_epoch_end(epoch, {"val_loss": loss})
        by_epoch.append({"schedule": schedule, "rates": rates})
    return {
        "keras": keras.__version__,
        "learningRate": rate,
        "epochs": EPOCHS,
        "stepsPerEpoch": STEPS_PER_EPOCH,
        "byStep": by_step,
        "valLosses": VAL_LOSSES,
        "byEpoch": by_epoch,
    }


LOGITS = (6, 4)
LABELS = [0, 1, 2, 3, 1, 1]
LOSSES = [
    {"labelSmoothing": 0, "classWeights": None},
    {"labelSmoothing": 0.1, "classWeights": None},
    {"labelSmoothing": 0, "classWeights": [0.5, 2.0, 1.0, 3.0]},
    {"labelSmoothing": 0.2, "classWeights": [0.5, 2.0, 1.0, 3.0]},
]


def losses():
    """The logits are the weights of a model that puts them out, so that plain descent by 1 shows their gradient."""
    logits = rule.weights("logits/kernel", LOGITS)
    one_hot = np.eye(LOGITS[1], dtype=np.float32)[LABELS]
    cases = []
    for settings in LOSSES:
        dense = keras.layers.Dense(LOGITS[1], use_bias=False)
        model = keras.Sequential([keras.Input((LOGITS[0],)), dense])
        dense.set_weights([logits])
        loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=settings["labelSmoothing"])
        model.compile(keras.optimizers.SGD(1.0), loss)
        weights = settings["classWeights"]
        value = model.train_on_batch(
            np.eye(LOGITS[0], dtype=np.float32),
            one_hot,
            class_weight=None if weights is None else dict(enumerate(weights)),
        )
        cases.append({**settings, "loss": float(value), "gradient": flat(logits - dense.get_weights()[0])})
    return {"keras": keras.__version__, "shape": list(LOGITS), "labels": LABELS, "cases": cases}


# EfficientNet's drop-connect: rates as its first and last blocks have them, and one above.
RATES = [0.2 / 16, 0.1875, 0.5]
PICTURES = 20_000


def dropout():
    cases = []
    for rate in RATES:
        layer = keras.layers.Dropout(rate, noise_shape=(None, 1, 1, 1), seed=1)
        dropped = np.asarray(layer(np.ones((PICTURES, 2, 2, 3), np.float32), training=True)).reshape(PICTURES, -1)
        values = dropped[:, 0]
        assert (dropped == values[:, None]).all()  # one draw a picture
        cases.append({"rate": rate, "kept": int((values > 0).sum()), "value": float(values.max())})
    return {"keras": keras.__version__, "pictures": PICTURES, "cases": cases}


if __name__ == "__main__":
    made = {"optimizers": optimizers, "schedules": schedules, "losses": losses, "dropout": dropout}
    write_or_check(HERE / "protocol", made)
