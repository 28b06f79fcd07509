import { execFileSync } from "node:child_process";

const SHAPE = [
  "qdisc add dev lo root handle 1: htb default 2",
  "class add dev lo parent 1: classid 1:1 htb rate 1mbit quantum 1500",
  "class add dev lo parent 1: classid 1:2 htb rate 10gbit quantum 60000",
  // Room for one byte: no packet fits.
  "qdisc add dev lo parent 1:1 handle 10: bfifo limit 1",
];

/** Loopback of a network namespace of which the packets of some ports can be dropped, of UDP and TCP alike. */
export class DroppedPackets {
  /** To be made in a namespace, once. */
  constructor() {
    for (const command of SHAPE) tc(command);
  }

  /** Nothing passes from or to these ports any more, until `lift`. */
  drop(ports: Iterable<number>): void {
    const match = "filter add dev lo protocol ip parent 1: prio 1 u32";
    for (const port of ports)
      for (const end of ["sport", "dport"]) tc(`${match} match ip ${end} ${port} 0xffff flowid 1:1`);
  }

  lift(): void {
    tc("filter del dev lo parent 1:");
  }
}

function tc(command: string): void {
  execFileSync("tc", command.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}
