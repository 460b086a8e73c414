"""Makes goldens/views.json: what Keras' augmentation layers make of a picture for given transformations.

Run with Keras 3.15 on TensorFlow: python tests/parity/data/make_view_goldens.py
"""

import json
import pathlib

import keras
import numpy
import tensorflow

SIZE = 13


def picture(size):
    """Noise, so that every pixel tells where it was read from."""
    state, values = 5, []
    for _ in range(size * size * 3):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state >> 24)
    return numpy.array(values, numpy.float32).reshape(1, size, size, 3)


def flat(images):
    return [round(float(value), 2) for value in numpy.asarray(images).reshape(-1)]


def flip(images):
    layer = keras.layers.RandomFlip("horizontal")
    given = {"flips": tensorflow.constant([[[[True]]]]), "input_shape": images.shape}
    return layer.transform_images(images, given)


def rotate(images, degrees):
    layer = keras.layers.RandomRotation((degrees / 360, degrees / 360), fill_mode="reflect")
    return layer.transform_images(images, layer.get_random_transformation(images))


def zoom(images, factor):
    layer = keras.layers.RandomZoom(0.5, fill_mode="reflect")
    given = {
        "height_zoom": tensorflow.constant([[factor]]),
        "width_zoom": tensorflow.constant([[factor]]),
        "input_shape": images.shape,
    }
    return layer.transform_images(images, given)


def contrast(images, factor):
    layer = keras.layers.RandomContrast(1.0)
    return layer.transform_images(images, {"contrast_factor": tensorflow.constant([[[[factor]]]])})


def erase(images, left, top, right, bottom, colour):
    layer = keras.layers.RandomErasing(1.0, fill_value=colour)
    boxes = [tensorflow.constant([float(value)]) for value in (left, right, top, bottom)]
    given = {
        "batch_masks": layer._generate_batch_mask(images.shape, boxes),
        "apply_erasing": tensorflow.constant([True]),
        "fill_value": layer._get_fill_value(images, images.shape, None),
    }
    return layer.transform_images(images, given)


def rotation_matrix(degrees):
    layer = keras.layers.RandomRotation((degrees / 360, degrees / 360))
    return matrix(layer.get_random_transformation(picture(SIZE))["rotation_matrix"])


def zoom_matrix(factor):
    layer = keras.layers.RandomZoom(0.5)
    return matrix(layer._get_zoom_matrix(tensorflow.constant([[factor, factor]]), SIZE, SIZE))


def matrix(coefficients):
    return numpy.append(numpy.asarray(coefficients, numpy.float64).reshape(-1), 1).reshape(3, 3)


def all_in_one(images, degrees, factor):
    """Flip, then rotation, then zoom, as one matrix: the last layer's is applied to the output's pixels first."""
    mirror = numpy.array([[-1, 0, SIZE - 1], [0, 1, 0], [0, 0, 1]], numpy.float64)
    composed = mirror @ rotation_matrix(degrees) @ zoom_matrix(factor)
    coefficients = (composed / composed[2, 2]).reshape(1, 9)[:, :8].astype(numpy.float32)
    return keras.ops.image.affine_transform(images, coefficients, fill_mode="reflect")


def perspective(corners):
    end = SIZE - 1
    square = numpy.array([[[0, 0], [end, 0], [0, end], [end, end]]], numpy.float32)
    # The layer's map goes from output to input: what it calls end points are the output's.
    found = keras.src.backend.tensorflow.image.compute_homography_matrix(
        numpy.array([corners], numpy.float32), square
    )
    return [round(float(value), 6) for value in numpy.asarray(found).reshape(-1)[:8]]


def main():
    images = picture(SIZE)
    corners = [[1.5, -0.5], [11.0, 0.75], [-1.0, 12.5], [12.25, 13.0]]
    golden = {
        "made with": {"keras": keras.__version__, "tensorflow": tensorflow.__version__},
        "size": SIZE,
        "flip": flat(flip(images)),
        "rotations": [{"degrees": d, "pixels": flat(rotate(images, d))} for d in (10.0, -36.0, 150.0)],
        "zooms": [{"factor": f, "pixels": flat(zoom(images, f))} for f in (0.7, 1.5)],
        "contrasts": [{"factor": f, "pixels": flat(contrast(images, f))} for f in (0.4, 1.8)],
        "patch": {
            "left": 2.25, "top": 3.0, "right": 7.5, "bottom": 9.0, "colour": [10, 200, 90],
            "pixels": flat(erase(images, 2.25, 3.0, 7.5, 9.0, [10, 200, 90])),
        },
        "composed": {"degrees": 20.0, "factor": 1.3, "pixels": flat(all_in_one(images, 20.0, 1.3))},
        "perspective": {"corners": corners, "coefficients": perspective(corners)},
    }
    path = pathlib.Path(__file__).parent / "goldens" / "views.json"
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()
