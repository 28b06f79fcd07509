"""Publish at one relay and subscribe at another with the reference client, and print what came, and when, as JSON.

Both ends are in this process, so that one clock times them. First some broadcasts are announced, one after the other, to
time how they are found; then one carries numbered frames.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

import moq
from numbered_frame import Ledger, NumberedFrame, encode_frame

TRACK = "frames"
PATIENCE = 20.0


def now() -> float:
    """Milliseconds of the monotonic clock."""
    return time.perf_counter() * 1000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publish", required=True, help="https URL of the relay to publish at")
    parser.add_argument("--subscribe", required=True, help="https URL of the relay to subscribe at")
    parser.add_argument("--name", default="reference", help="path of the broadcasts")
    parser.add_argument("--announces", type=int, default=0, help="how many broadcasts to announce and find")
    parser.add_argument("--groups", type=int, default=10, help="how many groups of frames to send")
    parser.add_argument("--group-size", type=int, default=30, help="frames in a group")
    parser.add_argument("--rate", type=float, default=30, help="frames a second")
    parser.add_argument("--size", type=int, default=1024, help="bytes of a frame")
    parser.add_argument("--settle", type=float, default=0, help="seconds of frames that are not timed")
    return parser.parse_args()


def client(url: str) -> moq.Client:
    """A client with origins of its own in both directions, so that nothing is found by a short cut."""
    return moq.Client(
        url,
        tls_verify=False,
        websocket_enabled=False,
        publish=moq.OriginProducer(),
        subscribe=moq.OriginProducer(),
    )


async def find(publisher: moq.Client, subscriber: moq.Client, path: str) -> dict[str, float]:
    """Announce a broadcast that has a frame, and time how it is found at the other end."""
    waiting = asyncio.ensure_future(subscriber.announced_broadcast(path).available())
    await asyncio.sleep(0.05)
    broadcast = publisher.create_broadcast(path)
    # A track ends with the last reference to its producer.
    producer = broadcast.publish_track(TRACK)
    producer.append_group().write_frame(b"first", 0)
    began = now()
    broadcast.announce()
    consumer = await asyncio.wait_for(waiting, PATIENCE)
    announced = now()
    track = await asyncio.wait_for(consumer.subscribe_track(TRACK), PATIENCE)
    received = await asyncio.wait_for(track.recv_group(), PATIENCE)
    if received is not None:
        await asyncio.wait_for(received.read_frame(), PATIENCE)
    first = now()
    track.cancel()
    producer.finish()
    broadcast.close()
    return {"announce": announced - began, "first": first - began, "subscribe": first - announced}


async def send(broadcast: moq.BroadcastProducer, track: moq.TrackProducer, args: argparse.Namespace) -> None:
    """Send the groups at the rate, each frame stamped when it is written."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    broadcast.announce()
    sent = 0
    for _ in range(args.groups):
        group = track.append_group()
        for index in range(args.group_size):
            await asyncio.sleep(max(0.0, began + sent / args.rate - loop.time()))
            frame = NumberedFrame(1, group.sequence, index, args.group_size, now())
            group.write_frame(encode_frame(frame, args.size), sent * 1_000_000 // int(args.rate))
            sent += 1
        group.finish()
    track.finish()


async def read_group(group: moq.GroupConsumer, ledger: Ledger, latencies: list[tuple[float, float]]) -> None:
    async for frame in group:
        arrived = now()
        seen = ledger.record(frame.payload, group.sequence)
        if seen is not None:
            latencies.append((arrived, arrived - seen.sent_at))


async def receive(subscriber: moq.Client, path: str, ledger: Ledger, latencies: list[tuple[float, float]]) -> None:
    consumer = await asyncio.wait_for(subscriber.announced_broadcast(path).available(), PATIENCE)
    # Old groups count, too: with the default the client itself may pass over one that came late.
    track = await consumer.subscribe_track(TRACK, moq.Subscription(max_age_us=10_000_000))
    async with asyncio.TaskGroup() as tasks:
        async for group in track.groups_as_arrived():
            tasks.create_task(read_group(group, ledger, latencies))


async def flow(publisher: moq.Client, subscriber: moq.Client, args: argparse.Namespace) -> dict[str, object]:
    ledger = Ledger()
    latencies: list[tuple[float, float]] = []
    path = f"{args.name}/flow"
    broadcast = publisher.create_broadcast(path)
    track = broadcast.publish_track(TRACK)
    reading = asyncio.ensure_future(receive(subscriber, path, ledger, latencies))
    await send(broadcast, track, args)
    await asyncio.wait_for(reading, PATIENCE)
    broadcast.close()
    settled = min((arrived for arrived, _ in latencies), default=0) + args.settle * 1000
    timed = sorted(latency for arrived, latency in latencies if arrived >= settled)
    missing = ledger.missing(args.groups - 1)
    return {
        "firstGroup": min((group for group, _ in ledger.seen), default=-1),
        "received": ledger.received,
        "missing": missing[:10],
        "duplicated": ledger.duplicated,
        "altered": ledger.altered,
        "latency": percentiles(timed),
    }


def percentiles(values: list[float]) -> dict[str, float]:
    """Median and 99th percentile, milliseconds."""
    if not values:
        return {}
    ordered = sorted(values)
    return {"p50": statistics.median(ordered), "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]}


async def main() -> None:
    args = arguments()
    async with client(args.publish) as publisher, client(args.subscribe) as subscriber:
        found = [await find(publisher, subscriber, f"{args.name}/{number}") for number in range(args.announces)]
        result = await flow(publisher, subscriber, args) if args.groups > 0 else {}
    for name in ("announce", "first", "subscribe"):
        if found:
            result[name] = percentiles([each[name] for each in found])
    print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main())
