import { execFileSync, spawnSync } from "node:child_process";
import type { Command } from "../process/program.ts";

/** A network of its own: nothing but loopback, whose rate can be bounded without harm to anybody else. */
const UNSHARE = ["--map-root-user", "--net", "--kill-child"] as const;
const PROBE = "ip link set lo up && tc qdisc add dev lo root handle 1: htb";

/** Why there can be no network namespace with a bounded loopback here, in one line; `undefined` when there can. */
export function namespaceMissing(): string | undefined {
  const { status, error, stderr } = spawnSync("unshare", [...UNSHARE, "sh", "-c", PROBE], { encoding: "utf8" });
  if (status === 0) return undefined;
  return `no network namespace with htb: ${error?.message ?? stderr.trim().split("\n", 1)[0]}`;
}

/** Tells a program that the network which it is in is its own. */
const INSIDE = "MOQ_LAB_NAMESPACE";

/** Whether `inNamespace` has put this program where it is. */
export function isInNamespace(): boolean {
  return process.env[INSIDE] !== undefined;
}

/** The same program in a network namespace of its own, in which loopback is up. */
export function inNamespace({ file, args, env, ...rest }: Command): Command {
  const script = 'ip link set lo up && exec "$0" "$@"';
  return {
    ...rest,
    env: { ...(env ?? process.env), [INSIDE]: "1" },
    file: "unshare",
    args: [...UNSHARE, "sh", "-c", script, file, ...args],
  };
}

/**
 * Bounds what is sent from a UDP port on loopback. To be called in a namespace.
 *
 * @param rate Mbit/s.
 * @param queue bytes that wait for the link before packets are dropped.
 */
export function boundLoopback(port: number, rate: number, queue: number): void {
  const commands = [
    "qdisc add dev lo root handle 1: htb default 2",
    `class add dev lo parent 1: classid 1:1 htb rate ${rate}mbit quantum 1500`,
    "class add dev lo parent 1: classid 1:2 htb rate 10gbit quantum 60000",
    `qdisc add dev lo parent 1:1 handle 10: bfifo limit ${Math.round(queue)}`,
    `filter add dev lo protocol ip parent 1: prio 1 u32 match ip sport ${port} 0xffff flowid 1:1`,
  ];
  for (const command of commands) execFileSync("tc", command.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}
