import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { freePort, freePorts } from './free-ports.ts';

async function listen(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('ports are given once each, and nobody who asks for any port gets one of them', async () => {
  const ports = [...(await freePorts(200)), await freePort(), ...(await freePorts(200))];
  expect(new Set(ports).size).toBe(401);
  // As many as the system gives in a row: each one could have been one of ours.
  const others = await Promise.all(Array.from({ length: 400 }, () => listen(0)));
  expect(others.filter((port) => ports.includes(port))).toEqual([]);
  for (const port of ports.slice(0, 5)) expect(await listen(port)).toBe(port);
});

test('processes of tests that run side by side are given ports of their own', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  const of = async (worker: string): Promise<number[]> => {
    vi.stubEnv('VITEST_POOL_ID', worker);
    return (await Promise.all(Array.from({ length: 40 }, () => freePorts(3)))).flat();
  };
  const [one, other] = [await of('1'), await of('2')];
  expect(Math.max(...one)).toBeLessThan(Math.min(...other));
});

test('a port that somebody listens on is not given, and when there is no other one it is said', async () => {
  const taken = await listen(0);
  await expect(freePorts(1, [taken, taken + 1])).rejects.toThrow('no 1 ports are free from');
});
