"""Mien's draws, made anew from what `src/lib/random.ts` says of them: Philox4x32-10 by seed, purpose and three numbers."""

import numpy as np

MASK = np.uint64(0xFFFFFFFF)


def _philox(counter, key):
    """Ten rounds over [blocks, 4] words, in 64 bits so that products are whole."""
    a, b, c, d = (counter[:, i].astype(np.uint64) for i in range(4))
    k0, k1 = (np.uint64(word) for word in key)
    for _ in range(10):
        product_a, product_c = a * np.uint64(0xD2511F53), c * np.uint64(0xCD9E8D57)
        a, b, c, d = (
            (product_c >> np.uint64(32)) ^ b ^ k0,
            product_c & MASK,
            (product_a >> np.uint64(32)) ^ d ^ k1,
            product_a & MASK,
        )
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & MASK, (k1 + np.uint64(0xBB67AE85)) & MASK
    return np.stack([a, b, c, d], axis=1)


def _fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def words(count, seed, purpose, numbers):
    """uint64 [count], each of 32 bits: the first draws of a key."""
    blocks = (count + 3) // 4
    counter = np.zeros((blocks, 4), np.uint64)
    counter[:, 0] = np.arange(blocks)
    counter[:, 1:] = numbers
    return _philox(counter, (seed, _fnv1a(purpose))).reshape(-1)[:count]
