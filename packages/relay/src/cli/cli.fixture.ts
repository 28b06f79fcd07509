/**
 * The command line with the smallest relay that is one for it: HTTP and nothing else. FIXTURE says how it behaves:
 * "stuck" never closes, "fails" cannot start.
 */
import { listen, type RelayView, webApp } from "../admin/index.ts";
import type { RelayConfig } from "../config/index.ts";
import { openCertificates } from "../tls/index.ts";
import type { Log } from "./log.ts";
import { run } from "./run.ts";
import type { RunnableRelay } from "./runnable.ts";

function load(config: RelayConfig, { log }: { readonly log: Log }): RunnableRelay {
  const closing: (() => void | Promise<void>)[] = [];
  return {
    async start() {
      if (process.env.FIXTURE === "fails") throw new Error("the engine is missing");
      const certificates = await openCertificates(config.listen.tls, { log });
      closing.push(() => certificates.close());
      const view: RelayView = {
        unready: () => undefined,
        fingerprint: () => certificates.current()[0]?.sha256,
        announced: async () => ({ names: [], complete: true }),
        fetch: async () => "not found",
        readings: [],
      };
      const { fetch } = webApp(view, config.limits);
      const http = await listen({ address: config.web.http.listen!, fetch, limits: config.limits });
      closing.push(() => http.close(0));
      return {
        quic: undefined,
        withoutQuic: "this is a fixture",
        http: http.address,
        internal: undefined,
        certificates: certificates.current(),
        page: false,
      };
    },
    drain() {
      return this.close();
    },
    async close() {
      if (process.env.FIXTURE === "stuck") await new Promise(() => {});
      await Promise.all(closing.map((each) => each()));
    },
  };
}

process.exit(await run(process, async () => load));
