"""Numbered, hashed frames and the book kept of them: the same as lab/src/frames."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field

_HEADER = struct.Struct(">IIIId")
_HASH = 16


@dataclass(frozen=True)
class NumberedFrame:
    """What a frame says of itself. ``sent_at`` is in milliseconds."""

    instance: int
    group: int
    index: int
    group_size: int
    sent_at: float


def encode_frame(frame: NumberedFrame, size: int) -> bytes:
    """Make a frame of ``size`` bytes, at least 40."""
    header = _HEADER.pack(frame.instance, frame.group, frame.index, frame.group_size, frame.sent_at)
    pattern = hashlib.sha256(header[:16]).digest()
    room = size - len(header) - _HASH
    body = (pattern * (room // len(pattern) + 1))[:room]
    return header + body + hashlib.sha256(header + body).digest()[:_HASH]


def decode_frame(payload: bytes) -> NumberedFrame | None:
    """Read a frame; ``None`` when a byte of it is not what the publisher wrote."""
    if len(payload) < _HEADER.size + _HASH:
        return None
    if hashlib.sha256(payload[:-_HASH]).digest()[:_HASH] != payload[-_HASH:]:
        return None
    return NumberedFrame(*_HEADER.unpack_from(payload))


@dataclass
class Ledger:
    """What came of one instance of a broadcast."""

    received: int = 0
    duplicated: int = 0
    altered: int = 0
    group_size: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)

    def record(self, payload: bytes, sequence: int) -> NumberedFrame | None:
        """Note a frame that came in the group ``sequence``; ``None`` when it was altered."""
        frame = decode_frame(payload)
        if frame is None or frame.group != sequence:
            self.altered += 1
            return None
        self.received += 1
        self.group_size = frame.group_size
        if (frame.group, frame.index) in self.seen:
            self.duplicated += 1
        self.seen.add((frame.group, frame.index))
        return frame

    def missing(self, last_group: int) -> list[str]:
        """The frames up to the end of ``last_group`` that did not come, from the first group that did."""
        first = min((group for group, _ in self.seen), default=0)
        expected = ((g, i) for g in range(first, last_group + 1) for i in range(self.group_size))
        return [f"{group}/{index}" for group, index in expected if (group, index) not in self.seen]
