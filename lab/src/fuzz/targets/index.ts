import type { Target } from "../target.ts";
import { FIELD_TARGETS } from "./fields.ts";
import { MESSAGE_TARGETS } from "./messages.ts";
import { SESSION_TARGETS } from "./session.ts";
import { STREAM_TARGETS } from "./streams.ts";

/** Everything that takes bytes from outside. */
export const TARGETS: readonly Target[] = [...MESSAGE_TARGETS, ...STREAM_TARGETS, ...FIELD_TARGETS, ...SESSION_TARGETS];
