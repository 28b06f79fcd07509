import { ownAddress } from "../development.ts";
import type { Section } from "../option.ts";
import { duration, socketAddress, toggle } from "../value.ts";

/** HTTP and WebSocket. */
export const WEB: Section<"web"> = {
  "web.http.listen": {
    shape: "value",
    type: socketAddress,
    development: ownAddress,
    placeholder: "ADDR:PORT",
    help: "HTTP and WebSocket on this TCP address",
    group: "Web",
  },
  "web.ws": {
    shape: "toggle",
    type: toggle,
    default: "true",
    help: "serve WebSocket there",
    group: "Web",
  },
};

/** For those who run the relay. */
export const INTERNAL: Section<"internal"> = {
  "internal.listen": {
    shape: "value",
    type: socketAddress,
    placeholder: "ADDR:PORT",
    help: "/metrics and /health, unprotected: keep it private",
    group: "Web",
  },
};

/** The end. */
export const DRAIN: Section<"drain-timeout"> = {
  "drain-timeout": {
    shape: "value",
    type: duration,
    default: "10s",
    placeholder: "TIME",
    help: "time to close sessions after SIGTERM",
    group: "Web",
    older: { toml: ["drain.timeout"] },
  },
};
