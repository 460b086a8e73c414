"""Owns reading the drawn shards and serving them to Keras as augmented batches."""

import json
import math
import pathlib

import numpy as np
import tensorflow as tf


class Shards:
    """Pictures [n, side, side, 3] uint8 and targets [n, t] float32, with what the manifest says of them."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.manifest = json.loads((folder / "manifest.json").read_text())
        side, names = self.manifest["sidePx"], self.manifest["targetNames"]
        picture_files = sorted(folder.glob("pictures-*.u8"))
        self.pictures = np.concatenate([np.fromfile(f, "uint8").reshape(-1, side, side, 3) for f in picture_files])
        self.targets = np.concatenate(
            [np.fromfile(folder / f.name.replace("pictures", "targets").replace(".u8", ".f32"), "<f4") for f in picture_files]
        ).reshape(-1, len(names))
        if len(self.pictures) != len(self.targets):
            raise ValueError(f"expected a target row for each picture, got {len(self.targets)} for {len(self.pictures)}")
        self.names = names
        self.action_units = self.manifest["actionUnits"]


def _turn_and_zoom(pictures, angles, zooms, side):
    """Rotates and zooms each picture about its middle, in one resampling."""
    cos, sin = tf.cos(angles) * zooms, tf.sin(angles) * zooms
    middle = (side - 1) / 2
    zeros = tf.zeros_like(angles)
    rows = [cos, -sin, middle - cos * middle + sin * middle, sin, cos, middle - sin * middle - cos * middle, zeros, zeros]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures, transforms=tf.stack(rows, axis=1), output_shape=[side, side],
        interpolation="BILINEAR", fill_mode="NEAREST", fill_value=0.0,
    )


def _augmenter(names, side):
    mirrored = tf.constant([-1.0 if n in ("yaw", "roll", "gazeX", "lightX") else 1.0 for n in names])
    is_roll = tf.constant([1.0 if n == "roll" else 0.0 for n in names])

    def augment(pictures, targets):
        pictures = tf.cast(pictures, tf.float32)
        count = tf.shape(pictures)[0]
        flip = tf.random.uniform([count, 1]) < 0.5
        pictures = tf.where(flip[:, :, None, None], pictures[:, :, ::-1], pictures)
        targets = tf.where(flip, targets * mirrored, targets)
        angles = tf.random.uniform([count], -0.14, 0.14)
        pictures = _turn_and_zoom(pictures, angles, tf.random.uniform([count], 0.88, 1.1), side)
        # The transform looks up where each pixel comes from: the face turns by minus the angle, 5 to the radian.
        targets = targets - angles[:, None] * 5.0 * is_roll
        contrast = tf.random.uniform([count, 1, 1, 1], 0.75, 1.25)
        tint = tf.random.uniform([count, 1, 1, 3], -12.0, 12.0) + tf.random.uniform([count, 1, 1, 1], -20.0, 20.0)
        pictures = tf.clip_by_value((pictures - 128.0) * contrast + 128.0 + tint, 0.0, 255.0)
        return pictures / 127.5 - 1.0, targets

    return augment


def batches(shards, rows, batch_size, steps, seed):
    """Augmented batches for training: inputs in [-1, 1]. A new order each time round."""
    rng = np.random.default_rng(seed)
    pictures, targets = shards.pictures, shards.targets

    def generate():
        served = 0
        while served < steps:
            order = rng.permutation(rows)
            for at in range(0, len(order) - batch_size + 1, batch_size):
                picked = np.sort(order[at : at + batch_size])
                yield pictures[picked], targets[picked]
                served += 1

    side = pictures.shape[1]
    signature = (
        tf.TensorSpec((batch_size, side, side, 3), tf.uint8),
        tf.TensorSpec((batch_size, targets.shape[1]), tf.float32),
    )
    data = tf.data.Dataset.from_generator(generate, output_signature=signature)
    return data.map(_augmenter(shards.names, side)).take(steps).prefetch(4)


def plain_batches(shards, rows, batch_size=64):
    """Inputs in [-1, 1] and targets as drawn, without augmentation."""
    for at in range(0, math.floor(len(rows) / batch_size) * batch_size, batch_size):
        picked = rows[at : at + batch_size]
        yield shards.pictures[picked].astype("float32") / 127.5 - 1.0, shards.targets[picked]
