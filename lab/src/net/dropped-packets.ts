import { execFileSync } from "node:child_process";

/** UDP, as the field "protocol" of IP says it. */
const UDP = 17;

const SHAPE = [
  "qdisc add dev lo root handle 1: htb default 2",
  "class add dev lo parent 1: classid 1:1 htb rate 1mbit quantum 1500",
  "class add dev lo parent 1: classid 1:2 htb rate 10gbit quantum 60000",
  // Room for one byte: no packet fits.
  "qdisc add dev lo parent 1:1 handle 10: bfifo limit 1",
];

/** Loopback of a network namespace of which the packets of some UDP ports can be dropped. */
export class DroppedPackets {
  /** To be made in a namespace, once. */
  constructor() {
    for (const command of SHAPE) tc(command);
  }

  /** Nothing passes from or to these ports any more, until `lift`. */
  drop(ports: Iterable<number>): void {
    const match = `filter add dev lo protocol ip parent 1: prio 1 u32 match ip protocol ${UDP} 0xff`;
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
