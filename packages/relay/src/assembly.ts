/**
 * The parts of a relay without its sockets, for those who put them together under a clock and a network of their own (the
 * simulator of the lab). `relay.ts` does the same with real ones.
 */
export { TOKEN_LIFETIME } from "./auth/index.ts";
export {
  Cluster,
  type ClusterLog,
  type ClusterSizes,
  type Dial,
  type DialFailure,
  type LinksMode,
  ownTracks,
} from "./cluster/index.ts";
export { developmentConfig, MOQ_VERSIONS, parsePublic, type RelayConfig } from "./config/index.ts";
export { type Membership, RelayCore } from "./core.ts";
export { Door, protocolsOf } from "./doors/accept.ts";
export { HubCounters, LocalPublisher } from "./hub/index.ts";
export { carrierLimits, clientLimits, hubOptions, publicAccess, sessionLimits, standbyTest } from "./parts.ts";
export { CLUSTER_GRANTS, PEER_GRANTS } from "./peers/grants.ts";
export { isReserved } from "./peers/names.ts";
export { OWN_LINK, type Route } from "./routing/index.ts";
