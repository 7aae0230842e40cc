/** Two or more real brokers whose bridges are joined in memory, by links that tests cut and mend. */
import type { BridgeMessage } from '@bothy/wire';
import { checkBridgeMessage } from '@bothy/wire/schemas';
import type { AuthenticationOptions, BrokerOptions } from '../src/index.ts';
import type { TestBroker } from './broker-fixture.ts';

export interface BridgedBrokers {
  /** Starts a node, which is not linked yet. The same id again is a new run of it. */
  start(id: string, options?: Partial<AuthenticationOptions & BrokerOptions>): Promise<TestBroker>;
  /** Links all nodes that run with each other. */
  joinAll(): void;
  join(one: string, other: string): void;
  cut(one: string, other: string): void;
  /** Cuts all links of a node, and says to the others that it is down. */
  down(id: string): void;
  /** What crossed a link, the newest last. */
  readonly crossed: readonly {
    readonly from: string;
    readonly to: string;
    readonly message: BridgeMessage;
  }[];
}

export function bridgedBrokers(
  start: (options: Partial<AuthenticationOptions & BrokerOptions>) => Promise<TestBroker>,
): BridgedBrokers {
  const nodes = new Map<string, TestBroker>();
  const sessions = new Map<string, symbol>();
  const crossed: { from: string; to: string; message: BridgeMessage }[] = [];
  let runs = 0;
  const bridge = (id: string) => nodes.get(id)?.broker.bridge;
  const pair = (one: string, other: string): string => [one, other].sort().join(' ');

  const send = (from: string, to: string, message: BridgeMessage): void => {
    const session = sessions.get(pair(from, to));
    if (session === undefined) return;
    // As a socket does: later, in order, and not at all when the link has been cut meanwhile.
    setImmediate(() => {
      if (sessions.get(pair(from, to)) !== session) return;
      const checked = checkBridgeMessage(message);
      if (!checked.ok) throw new Error(`${from} sent what is no message: ${checked.reason}`);
      crossed.push({ from, to, message });
      bridge(to)?.receive(from, checked.value);
    });
  };
  const cut = (one: string, other: string): void => {
    if (!sessions.delete(pair(one, other))) return;
    bridge(one)?.linkDown(other);
    bridge(other)?.linkDown(one);
  };
  const join = (one: string, other: string): void => {
    cut(one, other);
    sessions.set(pair(one, other), Symbol());
    bridge(one)?.linkUp(other);
    bridge(other)?.linkUp(one);
  };
  const others = (id: string): string[] => [...nodes.keys()].filter((each) => each !== id);
  return {
    crossed,
    join,
    cut,
    async start(id, options = {}) {
      runs += 1;
      const run = `run-${runs}`;
      const own = {
        node: id,
        run,
        wallMs: Date.now,
        send: (to: string, message: BridgeMessage) => send(id, to, message),
      };
      const node = await start({ ...options, bridge: { ...own, ...options.bridge } });
      nodes.set(id, node);
      return node;
    },
    joinAll() {
      for (const id of nodes.keys()) for (const other of others(id)) if (id < other) join(id, other);
    },
    down(id) {
      for (const other of others(id)) {
        cut(id, other);
        bridge(other)?.nodeDown(id);
      }
      nodes.delete(id);
    },
  };
}
