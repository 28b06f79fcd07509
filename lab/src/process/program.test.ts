import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freePort } from "./free-port.ts";
import { Program } from "./program.ts";
import { usageOf } from "./usage.ts";
import { until } from "./wait.ts";

const node = (code: string, input = false) =>
  new Program("node", { file: process.execPath, args: ["-e", code], input });

describe("a program", () => {
  test("keeps what it wrote, and tells how it ended", async () => {
    const program = node("console.log('out'); console.error('err'); process.exitCode = 3");
    assert.equal(await program.exited, 3);
    await until("both lines", () => program.lines.length === 2);
    assert.deepEqual(program.lines.toSorted(), ["err", "out"]);
  });

  test("reads the lines that it is sent", async () => {
    const program = node("process.stdin.on('data', (line) => { console.log('got ' + line); process.exit() })", true);
    program.send("hello");
    await until("the answer", () => program.lines.includes("got hello"));
    assert.equal(await program.exited, 0);
  });

  test("is killed when it does not end in time", async () => {
    const program = node("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)");
    await until("the program is up", () => program.lines.includes("up"));
    assert.equal(await program.stop("SIGTERM", 50), "SIGKILL");
  });

  test("of a group ends with its children", async () => {
    const child =
      "process.on('SIGTERM', () => { console.log('child ends'); process.exit() }); setInterval(() => {}, 1000); console.log('up')";
    const shell = `"${process.execPath}" -e "${child}"; echo never`;
    const program = new Program("shell", { file: "/bin/sh", args: ["-c", shell], group: true });
    await until("the child is up", () => program.lines.includes("up"));
    assert.equal(await program.stop("SIGTERM"), "SIGTERM");
    assert.deepEqual(program.lines, ["up", "child ends"]);
  });

  test("that does not exist ends with a message", async () => {
    const program = new Program("nothing", { file: "/nonexistent/program", args: [] });
    assert.match(String(await program.exited), /ENOENT/);
  });
});

test("the usage of a process grows with its work", async () => {
  const before = usageOf(process.pid).cpuSeconds;
  await until("a tenth of a second of work", () => {
    for (let n = 0; n < 1e6; n++) Math.sqrt(n);
    return usageOf(process.pid).cpuSeconds >= before + 0.1;
  });
  assert.ok(usageOf(process.pid).rss > 10 << 20);
});

test("a free port is a port", async () => {
  const port = await freePort();
  assert.ok(port > 0 && port < 65536);
});
