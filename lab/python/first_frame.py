"""Find broadcasts at several clusters in turns, one after the other, and print how long it took at each, as JSON.

In turns, because a machine is faster in one minute than in the next: what is compared has to be measured in the same moments.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os

from deliver import client, find, percentiles

WARM_UP = 10


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broadcasts", type=int, default=150, help="how many at each cluster")
    parser.add_argument("clusters", nargs="+", help="https URLs to publish and to subscribe at, with a comma between them")
    return parser.parse_args()


async def main() -> None:
    args = arguments()
    ends = []
    for cluster in args.clusters:
        publish, subscribe = cluster.split(",")
        ends.append((await client(publish).__aenter__(), await client(subscribe).__aenter__()))
    found: list[list[dict[str, float]]] = [[] for _ in ends]
    for number in range(WARM_UP + args.broadcasts):
        for (publisher, subscriber), results in zip(ends, found, strict=True):
            result = await find(publisher, subscriber, f"first/{number}")
            if number >= WARM_UP:
                results.append(result)
    kinds = ("announce", "first")
    print(json.dumps([{kind: percentiles([each[kind] for each in one]) for kind in kinds} for one in found]), flush=True)
    # Nobody waits for the farewells of the connections.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
