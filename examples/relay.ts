// A relay inside a program: it runs until Ctrl-C.
import { createLog, developmentConfig, Relay } from "moq-relay";

const config = developmentConfig(0);
const relay = new Relay(config, createLog(config.log, process.stdout));
const { http } = await relay.start();
console.log(`publish and watch at http://${http?.text}/`);
process.once("SIGINT", async () => {
  await relay.close();
  process.exit();
});
