"""The file of a trained model: one JSON object, its arrays packed as text. Nothing in it is executed.

Whatever is wrong with it is said in a sentence; a file that was cut off, changed or made by another version is refused.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing_rules.learned import BITS, Learned, LearnedError

FORMAT = "gridgate-learned"
#: Raised whenever a text would be taken apart or weighed in another way than before.
VERSION = 1
#: Larger files are refused unread.
MOST_BYTES = 64 * 1024 * 1024
MOST_LABELS = 1000
#: Of weights and of what speaks for a label: more would not fit the memory of a small machine.
MOST_NUMBERS = 32 * 1024 * 1024

_ARRAYS = {"known": "<i4", "weight": "<f2", "speaks": "<i1", "scale": "<f4", "bias": "<f4"}


def written_model(model: Learned) -> str:
    """The model as the text of a file; the same model always gives the same text."""
    arrays: dict[str, NDArray[Any]] = {
        "known": model.known, "weight": model.weight, "speaks": model.speaks, "scale": model.scale, "bias": model.bias,
    }  # fmt: skip
    raw = {name: arrays[name].astype(kind).tobytes() for name, kind in _ARRAYS.items()}
    head = {
        "format": FORMAT,
        "version": VERSION,
        "bits": BITS,
        "labels": list(model.labels),
        "pieces": len(model.known),
        "sharpness": round(model.sharpness, 4),
        "made": model.made,
        "sha256": sha256(b"".join(raw.values())).hexdigest(),
    }
    packed = {name: b64encode(zlib.compress(data, 9)).decode("ascii") for name, data in raw.items()}
    return json.dumps({**head, "arrays": packed}, ensure_ascii=False, indent=1) + "\n"


def read_model(text: str) -> Learned:
    """The model that a file holds. Raises LearnedError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise LearnedError("is no trained model: it is no JSON, or was cut off") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise LearnedError("is no trained model of gridgate")
    if found.get("version") != VERSION or found.get("bits") != BITS:
        raise LearnedError("was made by another version of gridgate; train it again with gridgate learn")
    labels, count, sharpness = _head(found)
    shapes = {"known": count, "weight": count, "speaks": count * len(labels), "scale": len(labels), "bias": len(labels)}
    packed = found.get("arrays")
    raw = {
        name: _unpacked(packed.get(name) if isinstance(packed, dict) else None, np.dtype(kind).itemsize * shapes[name])
        for name, kind in _ARRAYS.items()
    }
    if sha256(b"".join(raw.values())).hexdigest() != found.get("sha256"):
        raise LearnedError("is damaged: its numbers do not agree with its checksum")
    arrays = {name: np.frombuffer(raw[name], dtype=kind) for name, kind in _ARRAYS.items()}
    known = arrays["known"].astype(np.int64)
    if count and (known[0] < 0 or known[-1] >= 1 << BITS or bool((np.diff(known) <= 0).any())):
        raise LearnedError("is damaged: its pieces are not in order")
    if not all(bool(np.isfinite(arrays[name]).all()) for name in ("weight", "scale", "bias")):
        raise LearnedError("is damaged: it holds what is no number")
    made = found.get("made")
    return Learned(
        labels=labels,
        known=known,
        weight=arrays["weight"].astype(np.float32),
        speaks=arrays["speaks"].reshape(count, len(labels)).astype(np.int8),
        scale=arrays["scale"].astype(np.float32),
        bias=arrays["bias"].astype(np.float32),
        sharpness=sharpness,
        made=made if isinstance(made, dict) else {},
    )


def _head(found: Mapping[str, Any]) -> tuple[tuple[str, ...], int, float]:
    labels, count, sharpness = found.get("labels"), found.get("pieces"), found.get("sharpness")
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise LearnedError("is damaged: its labels are no list of names")
    if not 2 <= len(labels) <= MOST_LABELS or sorted(set(labels)) != labels:
        raise LearnedError(f"is damaged: it must have 2 to {MOST_LABELS} labels, each once and sorted")
    if type(count) is not int or not 0 <= count * len(labels) <= MOST_NUMBERS:
        raise LearnedError("is damaged, or larger than any model that gridgate trains")
    if isinstance(sharpness, bool) or not isinstance(sharpness, int | float) or not isfinite(sharpness):
        raise LearnedError("is damaged: its sharpness is no number")
    if not 0 < sharpness <= 1000:
        raise LearnedError("is damaged: its sharpness is out of range")
    return tuple(labels), count, float(sharpness)


def _unpacked(packed: object, size: int) -> bytes:
    """Exactly ``size`` bytes; what is packed is never unpacked further than that."""
    try:
        if not isinstance(packed, str):
            raise ValueError
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(b64decode(packed, validate=True), size + 1)
    except (ValueError, NotBase64, zlib.error):
        raise LearnedError("is damaged: its numbers cannot be unpacked") from None
    if len(data) != size:
        raise LearnedError("is damaged: it holds more or fewer numbers than it says")
    return data
