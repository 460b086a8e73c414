"""scikit-image's astronaut, and what MediaPipe's own file of the face detector says of her in TensorFlow's interpreter.

    python tflite_astronaut.py picture OUT           # 512 x 512 x 3 bytes
    python tflite_astronaut.py ask MODEL INPUT OUT   # of 128 x 128 x 3 bytes: JSON

Boxes are decoded and suppressed here by NumPy, as MediaPipe's graph says it (weighted, 0.5 and 0.3).
"""

import json
import sys

import numpy as np

SIDE, LEAST_SCORE, MOST_OVERLAP = 128, 0.5, 0.3


def picture(out):
    from skimage import data

    data.astronaut().astype("uint8").tofile(out)


def centres():
    for cells, boxes in ((16, 2), (8, 6)):
        for y in range(cells):
            for x in range(cells):
                for _ in range(boxes):
                    yield (x + 0.5) / cells, (y + 0.5) / cells


def overlap(one, others):
    low = np.maximum(one[:2], others[:, :2])
    high = np.minimum(one[2:], others[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    area = lambda box: np.prod(box[..., 2:] - box[..., :2], axis=-1)
    return both / (area(one) + area(others) - both)


def suppressed(scores, raw):
    """[left, top, right, bottom, score] of each face, the surest first."""
    shares = 1 / (1 + np.exp(-np.clip(scores.astype("float64"), -100, 100)))
    middle = np.array(list(centres())) + raw[:, :2] / SIDE
    half = raw[:, 2:4] / SIDE / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    sure = shares >= LEAST_SCORE
    boxes, shares = boxes[sure], shares[sure]
    faces = []
    while len(boxes) > 0:
        best = int(np.argmax(shares))
        same = overlap(boxes[best], boxes) > MOST_OVERLAP
        mean = (boxes[same] * shares[same, None]).sum(axis=0) / shares[same].sum()
        faces.append([*mean.tolist(), float(shares[best])])
        boxes, shares = boxes[~same], shares[~same]
    return faces


def ask(model, pixels, out):
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=model)
    interpreter.allocate_tensors()
    (taken,) = interpreter.get_input_details()
    values = np.fromfile(pixels, "uint8").reshape(1, SIDE, SIDE, 3).astype("float32") / 127.5 - 1
    interpreter.set_tensor(taken["index"], values)
    interpreter.invoke()
    outputs = {}
    for detail in interpreter.get_output_details():
        value = interpreter.get_tensor(detail["index"])
        outputs["scores" if value.shape[-1] == 1 else "boxes"] = value.reshape(896, -1)
    scores, boxes = outputs["scores"].ravel(), outputs["boxes"]
    said = {
        "scores": scores.tolist(),
        "boxes": boxes.ravel().tolist(),
        "faces": suppressed(scores, boxes.astype("float64")),
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(said, file)


if __name__ == "__main__":
    {"picture": picture, "ask": ask}[sys.argv[1]](*sys.argv[2:])
