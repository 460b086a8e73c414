"""
Makes the goldens of the heat maps from real Keras: a Grad-CAM of each class's logit by `GradientTape`, through a head of
global average pooling and a dense layer. `python keras_gradcam.py` writes them, `--check` computes them anew and compares.
"""

import keras_goldens  # sets what TensorFlow reads from the environment, first of all
import keras
import numpy as np
import tensorflow as tf

import rule
from golden_file import encode, write_or_check

CLASSES = 5

# golden: side of the pictures, for maps of three by three
SIZES = {"mobilenetv2-0.35": 96, "efficientnetb2": 75, "vgg16": 96}


def grad_cam(name):
    build, recipe, _, preprocess = keras_goldens.NETWORKS[name]
    size = SIZES[name]
    keras.backend.clear_session()
    base = build(include_top=False, weights=None, input_shape=(size, size, 3))
    pooled = keras.layers.GlobalAveragePooling2D(name="global_average_pooling2d")(base.output)
    logits = keras.layers.Dense(CLASSES, name="dense")(pooled)
    model = keras.Model(base.input, [base.output, logits])
    keras_goldens.fill(model)
    inputs = tf.constant(preprocess(rule.pictures(1, size).astype(np.float32)))
    maps = []
    for index in range(CLASSES):
        with tf.GradientTape() as tape:
            features, said = model(inputs, training=False)
            logit = said[:, index]
        weights = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2))
        cam = tf.nn.relu(tf.reduce_sum(weights[:, None, None, :] * features, axis=-1))[0].numpy()
        peak = float(cam.max())
        maps.append(cam / peak if peak > 0 else cam)
    height, width = maps[0].shape
    return {
        "keras": keras.__version__,
        "recipe": recipe,
        "size": size,
        "classes": CLASSES,
        "height": height,
        "width": width,
        "logits": encode(said.numpy()),
        "maps": encode(np.stack(maps)),
    }


if __name__ == "__main__":
    write_or_check("gradcam", {name: (lambda name=name: grad_cam(name)) for name in SIZES}, tolerance=1e-4)
