// Prints the track "clock" of the broadcast "hello".
import { Connection, Path } from "@moq/net";

const connection = await Connection.connect(new URL(process.argv[2] ?? "http://127.0.0.1:4443"));
const clock = connection.consume(Path.from("hello")).subscribe("clock");
for (let time = await clock.readString(); time !== undefined; time = await clock.readString()) console.log(time);
