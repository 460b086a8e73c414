"""Owns the starter weights' file: float16 safetensors under Keras' own names, and reading it back."""

import numpy as np
from safetensors.numpy import load_file, save_file


def variables_of(base):
    """(name, variable) of each of the base's weights, as `<layer>/<variable>`."""
    for layer in base.layers:
        for variable in layer.weights:
            name = variable.name
            # Keras 3 calls a depthwise kernel `kernel`; the file keeps the name that says what it is.
            if type(layer).__name__ == "DepthwiseConv2D":
                name = "depthwise_kernel"
            yield f"{layer.name}/{name}", variable


def _to_half(name, value):
    """float32 to float16, refusing what would not survive."""
    half = np.ascontiguousarray(value.astype("float16"))
    if not np.isfinite(half).all():
        raise ValueError(f"{name}: a value does not fit float16, largest is {np.abs(value).max()}")
    # Below 6.1e-5 float16 keeps only steps of 6e-8. Beside BatchNorm's epsilon of 1e-3 that is nothing,
    # and in a kernel it is nothing beside its other values; anything coarser would be a mistake.
    lost = np.abs(half.astype("float32") - value)
    if (lost > np.maximum(np.abs(value) * 1e-3, 1e-7)).any():
        raise ValueError(f"{name}: float16 loses more than one part in a thousand")
    return half


def save_base(base, path, report):
    """Writes the base; `report` tells how it was trained and goes into the header."""
    tensors = {name: _to_half(name, np.asarray(variable)) for name, variable in variables_of(base)}
    metadata = {
        "format": "keras",
        "what": "MobileNetV2 alpha 0.35, include_top=False, trained on drawn faces: action units and attributes",
        "seed": f"draw {report['drawSeed']}, train {report['trainSeed']}",
        "pictures_seen": str(report["picturesSeen"]),
        "input_size": f"{report['sidePx']}x{report['sidePx']} RGB",
        "preprocessing": "x / 127.5 - 1",
        "licence": "CC0-1.0",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(path), metadata=metadata)
    path.chmod(0o644)


def load_base(base, path):
    """Puts a file's weights into a base of the same shape."""
    tensors = load_file(str(path))
    for name, variable in variables_of(base):
        variable.assign(tensors.pop(name).astype("float32"))
    if tensors:
        raise ValueError(f"expected only this base's tensors, got also {sorted(tensors)[:3]}")
