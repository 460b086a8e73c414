"""
Makes the goldens of what a recipe may ask for beside plain Adam: `python keras_protocol.py` writes them, `--check`
computes them anew and compares. Needs Keras 3.15 on TensorFlow (`pip install keras==3.15.1 tensorflow-cpu==2.21.0`).

- optimizers: 20 updates of two variables by gradients by rule; where the variables end.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models"))

import keras_goldens  # first: it sets TensorFlow's environment
import keras

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


if __name__ == "__main__":
    write_or_check(HERE / "protocol", {"optimizers": optimizers})
