/** The port of development mode where no other is named. */
export const DEVELOPMENT_PORT = 4443;

/** A default in development mode that follows from the port: the relay's own address there. */
export function ownAddress(port: number): string {
  return `127.0.0.1:${port}`;
}

/** The same as something that others can dial; a port that the system is to choose is not known to be one. */
export function ownName(port: number): string | undefined {
  return port === 0 ? undefined : ownAddress(port);
}
