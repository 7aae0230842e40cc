import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { planNodes } from './cluster-plan.ts';

const wish = { count: 3, http: 8081, mqtt: 1881, cluster: 7071, data: '/data' };
/** Nobody has a port, but for those that are named. */
const machine =
  (...taken: number[]) =>
  async (port: number) =>
    taken.includes(port) ? undefined : port;

test('ports count up from the first, and each node has a folder', async () => {
  expect(await planNodes(wish, machine())).toEqual([
    { id: 'n1', http: 8081, mqtt: 1881, cluster: 7071, data: '/data/n1' },
    { id: 'n2', http: 8082, mqtt: 1882, cluster: 7072, data: '/data/n2' },
    { id: 'n3', http: 8083, mqtt: 1883, cluster: 7073, data: '/data/n3' },
  ]);
});

test('a port that somebody has is passed over, and no port is given out twice', async () => {
  const plans = await planNodes({ ...wish, mqtt: 8081 }, machine(8082, 1883));
  const ports = plans.flatMap(({ http, mqtt, cluster }) => [http, mqtt, cluster]);
  expect(plans[0]).toMatchObject({ http: 8081, mqtt: 8083 });
  expect(new Set(ports).size).toBe(9);
  expect(ports).not.toContain(8082);
});

test('0 takes any port, and a real one that is taken is seen', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const [first] = await planNodes({ ...wish, count: 1, http: port, mqtt: 0, cluster: 0 });
  server.close();
  expect(first?.http).toBeGreaterThan(port);
  expect(first?.mqtt).toBeGreaterThan(0);
});

test('where no port is left, one sentence says so', async () => {
  const refused = { code: 'address_in_use', message: expect.stringContaining('--mqtt') };
  await expect(planNodes({ ...wish, mqtt: 65_535 }, machine(65_535))).rejects.toMatchObject(refused);
  const nobody = async () => undefined;
  await expect(planNodes(wish, nobody)).rejects.toMatchObject({ code: 'address_in_use' });
});
