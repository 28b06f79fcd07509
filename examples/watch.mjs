// Prints the track "clock" of the broadcast "hello", from any relay of the cluster. Node 22 or newer, and `npm install @moq/net`.
import { Connection, Path } from "@moq/net";

const relay = new URL(process.argv[2] ?? "http://127.0.0.1:4443");
const connection = await Connection.connect(relay);
const clock = connection.consume(Path.from("hello")).subscribe("clock");
for (let time = await clock.readString(); time !== undefined; time = await clock.readString()) console.log(time);
process.exit();
