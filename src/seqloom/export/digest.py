"""The checksum of our safetensors files: header and tensors, so that no flipped bit goes unseen."""

import hashlib
import json
from collections.abc import Mapping

import numpy as np


def digest(header: Mapping[str, object], tensors: dict[str, np.ndarray]) -> str:
    """SHA-256 of the header without its checksum, then of each tensor by name."""
    body = {key: value for key, value in header.items() if key != "sha256"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    found = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for name in sorted(tensors):
        array = tensors[name]
        found.update(f"{name} {array.dtype} {array.shape}".encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
