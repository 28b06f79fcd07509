import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pageAddress } from "./page-address.ts";
import { type PageServer, servePage } from "./page-server.ts";

describe("the page server", () => {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  let server: PageServer;
  before(async () => {
    writeFileSync(join(folder, "index.html"), "<title>page</title>");
    writeFileSync(join(folder, "code.js"), "export {};");
    server = await servePage(folder);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test("serves the page at its root, whatever the query says", async () => {
    const response = await fetch(pageAddress(server.url, { watch: "http://127.0.0.1:4444", fps: 15 }));
    assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(await response.text(), "<title>page</title>");
  });

  test("gives scripts the type without which browsers refuse them", async () => {
    const response = await fetch(new URL("code.js", server.url));
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
  });

  test("has nothing outside its folder", async () => {
    const status = await new Promise((resolve, reject) => {
      // fetch would take the dots out of the path by itself.
      const outgoing = request({ port: server.url.port, path: "/../../../../../../etc/hostname" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on("error", reject).end();
    });
    assert.equal(status, 404);
  });

  test("is where browsers see a secure context", () => {
    assert.equal(server.url.hostname, "localhost");
  });
});

test("a page address carries what is said and leaves out the rest", () => {
  const url = pageAddress(new URL("http://localhost:8080/"), {
    publish: "http://127.0.0.1:4443",
    transport: "websocket",
  });
  assert.equal(url.search, "?publish=http%3A%2F%2F127.0.0.1%3A4443&transport=websocket");
});
