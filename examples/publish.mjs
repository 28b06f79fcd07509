// Publishes the broadcast "hello" with one track, "clock": the time, twice a second.
import { Broadcast, Connection, Path } from "@moq/net";

const connection = await Connection.connect(new URL(process.argv[2] ?? "http://127.0.0.1:4443"));
const broadcast = new Broadcast.Producer();
const clock = broadcast.createTrack("clock");
connection.publish(Path.from("hello"), broadcast);
setInterval(() => clock.writeString(new Date().toISOString()), 500);
