/**
 * `node publish.ts '<settings as JSON>'`: a publisher of a scheduled track as a process of its own, which can be killed. Prints the time
 * at which it had written its first frame, milliseconds since 1970.
 */
import { connect } from "./load-run.ts";
import type { Schedule } from "./schedule.ts";
import { SchedulePublisher } from "./schedule-publisher.ts";

export interface PublishSettings {
  /** Of the relay on 127.0.0.1. */
  readonly port: number;
  readonly broadcast: string;
  /** Its identity. */
  readonly hop: number;
  readonly schedule: Schedule;
}

const settings = JSON.parse(process.argv[2] ?? "{}") as PublishSettings;
const { port, broadcast, hop, schedule } = settings;
const what = { broadcast, hop: BigInt(hop), schedule };
const publisher = await connect(port, (connection) => new SchedulePublisher(connection, what));
const timer = setInterval(() => {
  if (publisher.frames === 0) return;
  clearInterval(timer);
  console.log(performance.timeOrigin + performance.now());
}, 1);
