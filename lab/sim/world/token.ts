import { TOKEN_LIFETIME } from "moq-relay/assembly";

/**
 * What stands for the token that a node makes for one dial: whom it is for, and until when, by the clock of who made it. Nothing
 * is signed here: keys and signatures are tested where they are real.
 */
export function tokenPath(audience: string, wall: number): string {
  return `/?jwt=${audience}.${wall + TOKEN_LIFETIME}`;
}

/** Whether a relay of this address lets in who asks by this path, by its own clock. Clients bring none. */
export function lets(path: string, address: string, wall: number): boolean {
  const token = /\?jwt=(.*)\.(\d+)$/.exec(path);
  return token === null || (token[1] === address && wall < Number(token[2]));
}
