/** Bytes of one control message (the default of `Framer`), its length prefix not counted. */
export const MAX_CONTROL_MESSAGE: number = 64 << 10;

/** Bytes of a SETUP message. */
export const MAX_SETUP: number = 64 << 10;

/** Bytes of a URI (GOAWAY) or of a request path with its query (SETUP). */
export const MAX_URI = 8192;

/** Bytes of a broadcast path, prefix or suffix; moq-transport caps whole track names at the same figure. */
export const MAX_PATH = 4096;

/** Segments of a path. */
export const MAX_PATH_SEGMENTS = 32;

/** Suffixes of one ANNOUNCE_INIT. */
export const MAX_SUFFIXES = 4096;

/** Bytes of a track name. */
export const MAX_TRACK_NAME = 4096;

/** Entries of a hop list. */
export const MAX_HOPS = 32;

/** Parameters of one SETUP. */
export const MAX_PARAMETERS = 64;

/** Versions that a client may list in the SETUP exchange. */
export const MAX_OFFERED_VERSIONS = 64;

/** Bytes of one frame's payload (the default of the frame readers). */
export const MAX_FRAME: number = 32 << 20;

/** Bytes of one datagram, its header included. */
export const MAX_DATAGRAM = 1200;
