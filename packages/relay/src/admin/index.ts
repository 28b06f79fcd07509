export type * from "./inside.ts";
export { internalApp } from "./internal.ts";
export { type HttpListener, type ListenOptions, listen, type OnUpgrade } from "./listener.ts";
export { type Exposition, expose, limitReading, type Reading } from "./metrics.ts";
export type { InsideView, Listing, RelayView } from "./view.ts";
export { webApp } from "./web.ts";
