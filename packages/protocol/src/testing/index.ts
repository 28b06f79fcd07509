/**
 * For tests of everything above the transport: time and chance that are given (`world.ts`), and a peer whose every byte is
 * written by the test (`handmade-peer.ts`, `heard.ts`). Nothing here is shipped.
 */
export { HandmadePeer } from "./handmade-peer.ts";
export {
  bytesOf,
  type Frame,
  groupOf,
  HeardBidi,
  type HeardGroup,
  HeardUni,
  readFrames,
  Said,
  writeFrames,
} from "./heard.ts";
export { RELAY, World, type WorldOptions } from "./world.ts";
