export { type DialOptions, dial } from "./dial.ts";
export { defaultEngine, Engine, type EngineOptions } from "./engine.ts";
export { type Listener, type ListenerStats, type ListenOptions, listen, WEBTRANSPORT_ALPN } from "./listen.ts";
export { isAvailable, type NativeLoad as EngineLoad, type NativeStats, unavailableReason } from "./native.ts";
export type { Certificate, CongestionControl, QuicOptions } from "./options.ts";
export * from "./webtransport/index.ts";
