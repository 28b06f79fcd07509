import type { Loaded } from "../config/index.ts";
import { openCertificates } from "../tls/index.ts";
import { EXIT, explain } from "./failure.ts";

type Runnable = Extract<Loaded, { kind: "run" }>;

/** What comes of `--check`: text for the operator, and the exit code. */
export interface Checked {
  readonly text: string;
  readonly code: number;
}

/**
 * Looks whether a relay could start with a configuration that is right in itself: whether its certificates can be read,
 * belong to their keys and are valid. Opens no port.
 */
export async function checkOnly({ config, file, warnings, notes }: Runnable): Promise<Checked> {
  const said = [...warnings.map((text) => `warning: ${text}`), ...notes];
  try {
    const certificates = await openCertificates(config.listen.tls, {
      log: { info: () => {}, warn: (text) => said.push(`warning: ${text}`) },
    });
    certificates.close();
  } catch (error) {
    const { text, code } = explain(error, config);
    return { text, code };
  }
  return { text: [...said, `ok: ${file ?? "the configuration"} can be used`, ""].join("\n"), code: EXIT.ok };
}
