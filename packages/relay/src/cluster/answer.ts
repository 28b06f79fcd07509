import type { Clock } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import type { RouteSink } from "../routing/index.ts";

/**
 * An answer that does not say "nobody has it" before `settledAt` (clock time): something that matches is told at once, but
 * an empty first answer is held back until then.
 */
export function patientAnswer(
  announcer: Announcer,
  clock: Clock,
  settledAt: number,
): { sink: RouteSink; stop: Cancel } {
  let begun = false;
  const begin: RouteSink["begin"] = (routes) => {
    begun = true;
    timer.cancel();
    announcer.begin(routes);
  };
  const timer = clock.after(Math.max(0, settledAt - clock.now()), () => begin([]));
  const sink: RouteSink = {
    begin: (routes) => routes.length > 0 && begin(routes),
    start: (suffix, offer) => (begun ? announcer.start(suffix, offer) : begin([{ suffix, offer }])),
    restart: (suffix, offer) => announcer.restart(suffix, offer),
    end: (suffix) => announcer.end(suffix),
  };
  return { sink, stop: () => timer.cancel() };
}
