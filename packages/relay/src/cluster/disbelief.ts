/** Why a relay is turned away that has a credential of the cluster and says to be somewhere else: said as its session ends. */
export const DISBELIEF = "the credential of the relay that dialled is not for its address";

/** Whether a session ended because the other end did not believe where this node is. */
export function isDisbelief(why: string): boolean {
  return why.startsWith(DISBELIEF);
}
