"""The reference client (moq-rs), led call by call: what lab/src/interop/agent/calls.ts says, a line of JSON each.

The argument is the transport: it says which scheme is dialled.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import moq
from numbered_frame import NumberedFrame, decode_frame, encode_frame

TRACK = "frames"
GROUP_SIZE = 5
FRAME_SIZE = 512

SCHEMES = {"raw QUIC": "moqt", "WebTransport": "https", "WebSocket": "ws"}
TRANSPORT = sys.argv[1] if len(sys.argv) > 1 else "WebTransport"


@dataclass
class Heard:
    """What a session has heard announced, `+path` or `-path`."""

    seen: set[str] = field(default_factory=set)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)


@dataclass
class Session:
    client: moq.Client
    heard: Heard
    tasks: list[asyncio.Task[None]]


@dataclass
class Publication:
    broadcast: moq.BroadcastProducer
    track: moq.TrackProducer
    group: moq.GroupProducer | None = None
    frames: int = 0


@dataclass
class Reading:
    """What a subscription has brought so far."""

    frames: list[str] = field(default_factory=list)
    altered: int = 0
    datagrams: int = 0
    failed: str | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def book(self) -> dict[str, Any]:
        return {"frames": self.frames, "altered": self.altered}

    def note(self, payload: bytes, group: int) -> None:
        frame = decode_frame(payload)
        if frame is None or frame.group != group:
            self.altered += 1
        else:
            self.frames.append(f"{frame.group}/{frame.index}")


sessions: dict[str, Session] = {}
publications: dict[str, Publication] = {}
readings: dict[str, Reading] = {}
tasks: set[asyncio.Task[None]] = set()


async def dial(session: str, url: str, **_: Any) -> str:
    address = url.split("://", 1)[1]
    client = moq.Client(
        f"{SCHEMES[TRANSPORT]}://{address}",
        tls_verify=False,
        websocket_enabled=TRANSPORT == "WebSocket",
        reconnect=False,
        publish=moq.OriginProducer(),
        subscribe=moq.OriginProducer(),
    )
    await client.__aenter__()
    heard = Heard()
    sessions[session] = Session(client, heard, [start(listen(client, heard))])
    return ""


async def listen(client: moq.Client, heard: Heard) -> None:
    async for update in client.announced():
        heard.seen.add(f"{'+' if update.active else '-'}{update.prefix}")
        async with heard.changed:
            heard.changed.notify_all()


async def close(session: str) -> None:
    found = sessions.pop(session)
    for task in found.tasks:
        task.cancel()
    await found.client.__aexit__()


async def announced(session: str, path: str, active: bool) -> None:
    heard = sessions[session].heard
    async with heard.changed:
        await heard.changed.wait_for(lambda: f"{'+' if active else '-'}{path}" in heard.seen)


async def publish(session: str, path: str) -> None:
    broadcast = sessions[session].client.create_broadcast(path)
    publications[path] = Publication(broadcast, broadcast.publish_track(TRACK))
    broadcast.announce()


async def wanted(path: str, **_: Any) -> None:
    await publications[path].track.demand().used()


async def write(path: str, frames: int, end: bool, **_: Any) -> int:
    publication = publications[path]
    if publication.group is None:
        publication.group = publication.track.append_group()
        publication.frames = 0
    group = publication.group
    for _frame in range(frames):
        group.write_frame(numbered(group.sequence, publication.frames), stamp())
        publication.frames += 1
    if end:
        group.finish()
        publication.group = None
    return group.sequence


async def datagram(path: str, **_: Any) -> None:
    publications[path].track.append_datagram(numbered(0, 0), stamp())


async def unpublish(path: str, **_: Any) -> None:
    publication = publications.pop(path)
    publication.track.finish()
    publication.broadcast.close()


async def subscribe(session: str, path: str) -> None:
    reading = readings[path] = Reading()
    client = sessions[session].client
    start(read_track(client, path, reading))


async def read_track(client: moq.Client, path: str, reading: Reading) -> None:
    try:
        broadcast = await client.request_broadcast(path)
        track = await broadcast.subscribe_track(TRACK)
        start(read_datagrams(track, reading))
        async for group in track.groups_as_arrived():
            start(read_group(group, reading))
    except moq.Error as error:
        await failed(reading, error)


async def read_group(group: moq.GroupConsumer, reading: Reading) -> None:
    try:
        async for frame in group:
            async with reading.changed:
                reading.note(frame.payload, group.sequence)
                reading.changed.notify_all()
    except moq.Error as error:
        await failed(reading, error)


async def read_datagrams(track: moq.TrackConsumer, reading: Reading) -> None:
    while (received := await track.recv_datagram()) is not None:
        async with reading.changed:
            if decode_frame(received.payload) is None:
                reading.altered += 1
            else:
                reading.datagrams += 1
            reading.changed.notify_all()


async def failed(reading: Reading, error: Exception) -> None:
    async with reading.changed:
        reading.failed = reading.failed or str(error)
        reading.changed.notify_all()


async def expect(reading: Reading, probe: Callable[[], bool]) -> None:
    """Wait until `probe` holds, or the subscription has failed."""
    async with reading.changed:
        await reading.changed.wait_for(lambda: probe() or reading.failed is not None)
    if not probe():
        raise RuntimeError(reading.failed)


async def received(path: str, group: int, index: int, **_: Any) -> dict[str, Any]:
    reading = readings[path]
    await expect(reading, lambda: f"{group}/{index}" in reading.frames)
    return reading.book


async def received_datagram(path: str, **_: Any) -> None:
    reading = readings[path]
    await expect(reading, lambda: reading.datagrams > 0)


async def fetch(session: str, path: str, group: int) -> dict[str, Any]:
    broadcast = await sessions[session].client.request_broadcast(path)
    book = Reading()
    async for frame in await broadcast.fetch_group(TRACK, group):
        book.note(frame.payload, group)
    return book.book


CALLS: dict[str, Callable[..., Awaitable[Any]]] = {
    "dial": dial,
    "close": close,
    "announced": announced,
    "publish": publish,
    "wanted": wanted,
    "write": write,
    "datagram": datagram,
    "unpublish": unpublish,
    "subscribe": subscribe,
    "received": received,
    "receivedDatagram": received_datagram,
    "fetch": fetch,
}


def numbered(group: int, index: int) -> bytes:
    return encode_frame(NumberedFrame(1, group, index, GROUP_SIZE, time.time() * 1000), FRAME_SIZE)


def stamp() -> int:
    """Microseconds of the monotonic clock."""
    return time.monotonic_ns() // 1000


def start(work: Any) -> asyncio.Task[None]:
    """Run `work` on the side. The loop itself holds tasks but weakly."""
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


async def answer(request: dict[str, Any]) -> None:
    try:
        said = {"id": request["id"], "answer": await CALLS[request["call"]](**request["ask"])}
    except Exception as error:  # noqa: BLE001: whatever it is, who called is told
        said = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(said, separators=(",", ":")), flush=True)


async def main() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        start(answer(json.loads(line)))


asyncio.run(main())
