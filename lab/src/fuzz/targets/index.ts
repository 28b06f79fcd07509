import type { Target } from "../target.ts";
import { CONFIG_TARGETS } from "./config.ts";
import { FIELD_TARGETS } from "./fields.ts";
import { HTTP_TARGETS } from "./http.ts";
import { MESSAGE_TARGETS } from "./messages.ts";
import { QMUX_TARGETS } from "./qmux.ts";
import { CONNECTION_TARGETS } from "./qmux-connection.ts";
import { REPEATED_TARGET } from "./repeated.ts";
import { SESSION_TARGETS } from "./session.ts";
import { STREAM_TARGETS } from "./streams.ts";

/** Everything that takes bytes from outside. */
export const TARGETS: readonly Target[] = [
  ...MESSAGE_TARGETS,
  ...STREAM_TARGETS,
  ...FIELD_TARGETS,
  REPEATED_TARGET,
  ...QMUX_TARGETS,
  ...CONFIG_TARGETS,
  ...HTTP_TARGETS,
  ...CONNECTION_TARGETS,
  ...SESSION_TARGETS,
];
