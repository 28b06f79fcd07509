import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key and a token of a cluster in files, as all generations of the Rust relay up to 0.16 read them. */
export class ClusterSecret {
  readonly keyFile: string;
  readonly tokenFile: string;
  /** May publish and read everything, and says that it is a node's. */
  readonly token: string;
  readonly #folder: string;

  constructor() {
    const key = randomBytes(32);
    this.#folder = mkdtempSync(join(tmpdir(), "mixed-clusters-"));
    this.keyFile = join(this.#folder, "key.jwk");
    this.tokenFile = join(this.#folder, "node.jwt");
    this.token = signed({ root: "", put: [""], get: [""], cluster: true }, key);
    const jwk = { kty: "oct", alg: "HS256", key_ops: ["sign", "verify"], k: key.toString("base64url") };
    writeFileSync(this.keyFile, JSON.stringify(jwk), { mode: 0o600 });
    writeFileSync(this.tokenFile, this.token, { mode: 0o600 });
  }

  /** Flags of a relay that checks tokens, and shows this one to whom it dials. */
  get flags(): string[] {
    return [...this.keyFlags, "--cluster-token", this.tokenFile];
  }

  /** Flags of a relay that only checks tokens. */
  get keyFlags(): string[] {
    return ["--auth-key", this.keyFile];
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function signed(claims: Readonly<Record<string, unknown>>, key: Buffer): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}
