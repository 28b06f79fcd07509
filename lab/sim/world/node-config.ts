import { developmentConfig, parsePublic, type RelayConfig } from "moq-relay/assembly";

/** What everybody may read: below this, and nothing else. What lies below `SECRET` can be published only. */
export const OPEN = "live";
export const SECRET = "vault";
/** What nodes give their clients by two ways at once. */
export const TWICE: string = `${OPEN}/twice`;

/** A relay of the simulation, as its file would say. */
export interface NodeSpec {
  readonly name: string;
  /** The same list for every node; none for relays that are linked by `peers` only. */
  readonly roots?: readonly string[];
  readonly peers?: readonly { readonly to: string; readonly cost?: number | undefined }[];
  readonly links?: "demand" | "mesh" | "root";
  /** Relays that it feeds with one broadcast; the default of the configuration if not given. */
  readonly feeds?: number;
  /** Milliseconds that its wall clock is wrong by. */
  readonly skew?: number;
  /** It shows a token to whom it dials, which is looked at there. */
  readonly tokens?: boolean;
}

/** Broadcasts, and names of nodes, that anybody may know: the default is less than the largest runs have. */
export const MOST = 250_000;

const DEFAULTS: RelayConfig = developmentConfig();

/** The configuration that all nodes share: the defaults, with less memory, more broadcasts and a part that nobody may read. */
export const CONFIG: RelayConfig = {
  ...DEFAULTS,
  limits: { ...DEFAULTS.limits, peerAnnounces: MOST },
  cluster: { ...DEFAULTS.cluster, standby: [parsePublic(TWICE)] },
  auth: {
    ...DEFAULTS.auth,
    public: [],
    publicPublish: [parsePublic("")],
    publicSubscribe: [parsePublic(OPEN)],
  },
};

/** Bytes of groups that a node may keep. */
export const CACHE: number = 64 << 20;
