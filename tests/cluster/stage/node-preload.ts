/**
 * Loaded into a node process before everything else: sends its connections to other nodes through proxies that can
 * be cut, and sets its clock wrong. A node dials the addresses that others tell of themselves, so a proxy that it
 * is merely told to join would be bypassed by the first heartbeat.
 */
import { Socket } from 'node:net';

const { BOTHY_TEST_ROUTES: routesText = '{}', BOTHY_TEST_CLOCK_MS: clockText = '0' } = process.env;
/** By port: the port to go to instead. */
const routes = JSON.parse(routesText) as Readonly<Record<string, number>>;
const clockMs = Number(clockText);

const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
Object.defineProperty(Socket.prototype, 'connect', {
  value(this: Socket, ...args: unknown[]): Socket {
    // `net.connect` hands over a list of what it was given, `socket.connect` that itself.
    const [first] = args;
    const target = (Array.isArray(first) ? first[0] : first) as { port?: number | string } | undefined;
    const route = routes[String(target?.port)];
    if (target !== undefined && route !== undefined) target.port = route;
    return connect.apply(this, args);
  },
});

if (clockMs !== 0) {
  const Original = Date;
  globalThis.Date = new Proxy(Original, {
    construct: (target, args) =>
      args.length === 0 ? new Original(Original.now() + clockMs) : Reflect.construct(target, args),
    get: (target, property) =>
      property === 'now' ? () => Original.now() + clockMs : Reflect.get(target, property),
  });
}
