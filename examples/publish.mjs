// Publishes the broadcast "hello" with one track, "clock": the time, twice a second. Node 22 or newer, and `npm install @moq/net`.
import { Broadcast, Connection, Path } from "@moq/net";

const relay = new URL(process.argv[2] ?? "http://127.0.0.1:4443");
const connection = await Connection.connect(relay);
const broadcast = new Broadcast.Producer();
const clock = broadcast.createTrack("clock");
connection.publish(Path.from("hello"), broadcast);
setInterval(() => clock.writeString(new Date().toISOString()), 500);
console.log(`publishing hello at ${relay.href} (Ctrl-C ends it)`);
