"""Numbers by rule, the same in Python and in `rule.ts`: weights and pictures without large files."""

import numpy as np


def _fnv1a(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def mixed(name: str, count: int) -> np.ndarray:
    """uint32 [count], murmur3's finaliser over a counter that starts at the name's hash."""
    with np.errstate(over="ignore"):
        x = np.uint32(_fnv1a(name)) + np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return x


def uniform(name: str, count: int) -> np.ndarray:
    """float64 [count] in [-1, 1)."""
    return mixed(name, count) / 2**31 - 1


def weights(name: str, shape) -> np.ndarray:
    """
    A variable's values by its name `<layer>/<weight>`. Kernels keep a picture's energy through ReLU; BatchNorm is
    near, not at, the identity, so that each of its four vectors matters.
    """
    shape = tuple(int(side) for side in shape)
    count = int(np.prod(shape))
    u = uniform(name, count)
    kind = name.rsplit("/", 1)[1]
    if kind == "depthwise_kernel":
        values = u * np.sqrt(6 / (shape[0] * shape[1]))
    elif kind == "kernel":
        values = u * np.sqrt(6 / np.prod(shape[:-1]))
    elif kind == "gamma":
        values = 1 + 0.2 * u
    elif kind == "moving_variance":
        values = 1 + 0.5 * u
    else:
        values = 0.1 * u
    return values.astype(np.float32).reshape(shape)


def pictures(batch: int, size: int) -> np.ndarray:
    """uint8 [batch, size, size, 3]."""
    return (mixed(f"pictures/{size}", batch * size * size * 3) >> np.uint32(24)).astype(np.uint8).reshape(batch, size, size, 3)


def torch_weights(name: str, shape) -> np.ndarray:
    """The same for PyTorch's names and layouts."""
    shape = tuple(int(side) for side in shape)
    u = uniform(name, int(np.prod(shape)))
    if len(shape) > 1:
        values = u * np.sqrt(6 / np.prod(shape[1:]))
    elif name.endswith("running_var"):
        values = 1 + 0.5 * u
    elif name.endswith(".weight"):
        values = 1 + 0.2 * u
    else:
        values = 0.1 * u
    return values.astype(np.float32).reshape(shape)
