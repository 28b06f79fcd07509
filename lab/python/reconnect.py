"""Publish or subscribe with the reference client, which dials again by itself when its session ends.

Prints a line of JSON for each connection and, of a subscriber, for each whole group. Ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

import moq
from deliver import TRACK, send
from numbered_frame import decode_frame

SECOND = 1_000_000
# Dials again soon and for ever: what is tested is where it goes on, not its patience.
BACKOFF = moq.Backoff(initial_us=SECOND // 10, multiplier=2, max_us=SECOND, timeout_us=0)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["publish", "subscribe"])
    parser.add_argument("--url", required=True, help="https URL of the relay")
    parser.add_argument("--name", required=True, help="path of the broadcast")
    parser.add_argument("--group-size", type=int, default=30, help="frames in a group")
    parser.add_argument("--rate", type=float, default=30, help="frames a second")
    parser.add_argument("--size", type=int, default=1024, help="bytes of a frame")
    return parser.parse_args()


def tell(**news: Any) -> None:
    print(json.dumps(news, separators=(",", ":")), flush=True)


async def watch(session: moq.Session) -> None:
    """Tell of each connection; ends with an error when there will be no other."""
    while True:
        status = await session.status()
        tell(event="status", status=status.name, epoch=session.epoch())


async def publish(client: moq.Client, args: argparse.Namespace) -> None:
    broadcast = client.create_broadcast(args.name)
    # As good as for ever.
    args.groups = 1_000_000
    await send(broadcast, broadcast.publish_track(TRACK), args)


async def subscribe(client: moq.Client, args: argparse.Namespace) -> None:
    """Read, and begin again when a subscription ends."""
    while True:
        try:
            consumer = await client.announced_broadcast(args.name).available()
            track = await consumer.subscribe_track(TRACK)
            async for group in track.groups_as_arrived():
                await read_group(group)
            tell(event="ended")
        except moq.Error as error:
            tell(event="failed", message=str(error))
            await asyncio.sleep(0.1)


async def read_group(group: moq.GroupConsumer) -> None:
    read = altered = 0
    try:
        async for frame in group:
            seen = decode_frame(frame.payload)
            if seen is None or seen.group != group.sequence or seen.index != read:
                altered += 1
            read += 1
    except moq.Error as error:
        tell(event="cut", group=group.sequence, message=str(error), altered=altered)
    else:
        tell(event="group", group=group.sequence, frames=read, altered=altered)


async def main() -> None:
    args = arguments()
    origins = {"publish": moq.OriginProducer(), "subscribe": moq.OriginProducer()}
    async with moq.Client(args.url, tls_verify=False, websocket_enabled=False, backoff=BACKOFF, **origins) as client:
        work = publish if args.role == "publish" else subscribe
        loop = asyncio.get_running_loop()
        done = [asyncio.ensure_future(coroutine) for coroutine in (watch(client.session), work(client, args))]
        done.append(loop.run_in_executor(None, sys.stdin.read))  # type: ignore[arg-type]
        await asyncio.wait(done, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.cancel()


asyncio.run(main())
