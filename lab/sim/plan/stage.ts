import type { Path } from "@moq-relay/protocol/model";
import type { Client } from "../actors/client.ts";
import { Listener } from "../actors/listener.ts";
import { Publisher } from "../actors/publisher.ts";
import { Subscriber } from "../actors/subscriber.ts";
import { IDLE_TIMEOUT } from "../world/network.ts";
import { CONFIG } from "../world/node-config.ts";
import type { SimWorld } from "../world/world.ts";
import type { LeaveStep, LinkStep, ListenStep, NodeStep, PublishStep, ShapeStep, Step, SubscribeStep } from "./step.ts";

/** Who says nothing is believed to be there for an idle timeout, and may come back for as long as the linger, milliseconds. */
const BELIEVED = IDLE_TIMEOUT + CONFIG.cluster.linger;

/** Bytes of a full one. */
const PACKET = 1_200;

/** Carries out steps in a world, and knows who is there. */
export class Stage {
  readonly world: SimWorld;
  readonly publishers: Map<string, Publisher> = new Map();
  readonly subscribers: Map<string, Subscriber> = new Map();
  readonly listeners: Map<string, Listener> = new Map();
  /** When clients or faults came or went last. */
  movedAt = 0;
  /** When a link was as it is now again, last. */
  shapedAt = 0;
  /** When a publisher of a path went last. */
  readonly #left = new Map<Path, number>();
  #instances = 0;

  constructor(world: SimWorld) {
    this.world = world;
  }

  get clients(): Client[] {
    return [...this.publishers.values(), ...this.subscribers.values(), ...this.listeners.values()];
  }

  /** Publishers that are there, and whose relay is. */
  get live(): Publisher[] {
    return [...this.publishers.values()].filter(({ gone, over }) => !gone && !over);
  }

  /**
   * When it was over with a publisher of this path that went, last; 0 if none did. Relays that a fault had cut off from it may
   * believe in it until they have lost their link, and for the linger after that.
   */
  leftAt(path: Path): number {
    const left = this.#left.get(path) ?? 0;
    const { calmSince } = this.world;
    return left > 0 && left > calmSince - BELIEVED ? Math.max(left, calmSince + BELIEVED) : left;
  }

  schedule(steps: readonly Step[]): void {
    for (const step of steps) this.world.after(step.at - this.world.now, () => this.carryOut(step));
  }

  carryOut(step: Step): void {
    this.movedAt = this.world.now;
    switch (step.do) {
      case "publish":
        return this.#publish(step);
      case "subscribe":
        return this.#subscribe(step);
      case "listen":
        return this.#listen(step);
      case "leave":
        return this.#leave(step);
      case "cut":
      case "part":
      case "mute":
        return this.#link(step);
      case "shape":
        return this.#shape(step);
      default:
        return this.#node(step);
    }
  }

  #publish(step: PublishStep): void {
    const before = step.resumes === undefined ? undefined : this.publishers.get(step.resumes);
    this.#instances += 1;
    const { who, to, path, media, named = true, version = "moq-lite-06" } = step;
    const hop = before?.spec.hop ?? (named ? this.world.chance.fork(`hop of ${who}`).id() : 0n);
    const publisher = new Publisher(this.world, {
      ...{ name: who, at: to, path, media, version, hop },
      instance: before?.spec.instance ?? this.#instances,
      ...(before ? { firstGroup: before.media.latest.sequence + 1 } : {}),
      ...(step.root === undefined ? {} : { root: step.root }),
    });
    this.publishers.set(who, publisher.start());
  }

  #subscribe(step: SubscribeStep): void {
    const { who, to, path, version = "moq-lite-06", maxAge = 0, asksFirst = false, root = "", rate } = step;
    const spec = { name: who, at: to, path, version, maxAge, asksFirst, root, rate };
    if (rate !== undefined) for (const home of to) this.world.network.slow(who, home, rate);
    this.subscribers.set(who, new Subscriber(this.world, spec).start() as Subscriber);
  }

  #listen({ who, to, path, version = "moq-lite-06", root = "" }: ListenStep): void {
    const spec = { name: who, at: to, prefix: path, version, root };
    this.listeners.set(who, new Listener(this.world, spec).start() as Listener);
  }

  #leave({ who, how }: LeaveStep): void {
    const client = this.clients.find(({ name }) => name === who);
    const known = this.world.now + (how === "silently" ? BELIEVED : 0);
    if (client instanceof Publisher) this.#left.set(client.path, Math.max(known, this.#left.get(client.path) ?? 0));
    if (how === "silently") client?.vanish();
    else if (how === "end" && client instanceof Publisher) client.end();
    else client?.leave();
  }

  #node(step: NodeStep): void {
    const { world } = this;
    const node = world.node(step.node);
    if (step.do === "skew") {
      world.say(step.node, `its wall clock jumps by ${step.for} ms`);
      if (node.process) node.process.clock.skew += step.for;
      return;
    }
    if (!node.up) return;
    const over = world.fault();
    switch (step.do) {
      case "kill": {
        node.crash();
        const lift = [world.network.silence(step.node, "*"), world.network.silence("*", step.node)];
        return world.after(step.for, () => {
          for (const each of lift) each();
          node.start();
          if (step.tells) world.network.memory.disown(step.node);
          // Who only sent there and is not told finds out by his idle timeout.
          world.after(step.tells ? 0 : Math.max(0, IDLE_TIMEOUT - step.for), over);
        });
      }
      case "dumb":
        node.crash();
        this.#listenDumbly(step.node);
        return world.after(step.for, () => {
          world.network.vanish(step.node);
          node.start();
          // Whom nobody answered there waits for an idle timeout more.
          world.after(IDLE_TIMEOUT, over);
        });
      case "stop":
        node.stop();
        return world.after(step.for, () => {
          node.start();
          over();
        });
      case "stall":
        return this.#stall(step, over);
      case "isolate": {
        world.say(step.node, "is cut off");
        const others = [...world.nodes.keys()].filter((name) => name !== step.node);
        const lift = others.flatMap((name) => this.#part(step.node, name));
        return this.#later(step.for, lift, over, `${step.node} is back`);
      }
    }
  }

  #stall(step: NodeStep, over: () => void): void {
    const { world } = this;
    const { process } = world.node(step.node);
    if (!process) return over();
    world.say(step.node, `its event loop stalls for ${step.for} ms`);
    const release = world.network.hold(step.node);
    process.clock.stall();
    world.after(step.for, () => {
      release();
      process.clock.resume();
      world.say(step.node, "goes on");
      over();
    });
  }

  #link(step: LinkStep): void {
    const { world } = this;
    const { a, b } = step;
    world.say(a, `${step.do} ${b} for ${step.for} ms`);
    const over = world.fault();
    if (step.do === "cut") {
      world.network.cut(a, b);
      return over();
    }
    const lift = step.do === "mute" ? [world.network.silence(a, b)] : this.#part(a, b);
    // Where only one end has lost the link by then, the other needs its own timeout.
    const noticed = step.do === "mute" ? () => world.after(IDLE_TIMEOUT, over) : over;
    this.#later(step.for, lift, noticed, `${a} and ${b} hear each other again`);
  }

  #shape(step: ShapeStep): void {
    const { network } = this.world;
    const { a, b, link } = step;
    this.world.say(a, `the link to ${b} is now ${JSON.stringify(link)}`);
    const lift = network.distort(a, b, link);
    this.shapedAt = Math.max(this.shapedAt, this.world.now + step.for);
    const over = this.world.fault();
    // A packet that is under way on a slow link arrives when it does.
    const arrived = link.rate === undefined ? 0 : PACKET / link.rate;
    this.#later(step.for, [lift], () => this.world.after(arrived, over), `the link ${a} ${b} is as it was`);
  }

  /** Takes every connection and says nothing. */
  #listenDumbly(address: string): void {
    const hears = { onData: () => {}, onFin: () => {}, onReset: () => {} };
    const says = { onStopped: () => {}, onPressure: () => {}, onDrained: () => {}, onOverflow: () => {} };
    const bidi = { ...hears, ...says, onDelivered: () => {} };
    this.world.network.memory.listen(address, (request) =>
      request.accept(request.offers[0] ?? "", () => ({
        onUni: () => hears,
        onBidi: () => bidi,
        onDatagram: () => {},
        onClosed: () => {},
      })),
    );
  }

  #part(a: string, b: string): (() => void)[] {
    return [this.world.network.silence(a, b), this.world.network.silence(b, a)];
  }

  #later(wait: number, lift: readonly (() => void)[], over: () => void, what: string): void {
    this.world.after(wait, () => {
      for (const each of lift) each();
      this.world.say("network", what);
      this.movedAt = this.world.now;
      over();
    });
  }
}
