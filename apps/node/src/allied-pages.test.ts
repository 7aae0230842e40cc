/** A page of one node at another node of its cluster, on real nodes: what it may ask, and who else may not. */
import { httpRequest } from '@bothy/testkit';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { nodeFixture, writeWebApp } from '../testing/running-node.ts';

const nodes = nodeFixture();

test('pages of another node of the cluster may ask the API, and may be told what to connect to', async () => {
  const webFolder = nodes.folder();
  writeWebApp(webFolder);
  const one = await nodes.start({ id: 'n1' }, { webFolder });
  const two = await nodes.start({ id: 'n2', join: one.clusterAddress }, { webFolder });
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const preflight = async (origin: string) =>
    await httpRequest(`${one.webUrl}/api/v1/session`, { method: 'OPTIONS', headers: { origin, ...asked } });
  await expect.poll(async () => (await preflight(two.webUrl)).status).toBe(204);

  const allowed = await preflight(two.webUrl);
  expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': two.webUrl, vary: 'origin' });
  expect(allowed.headers['access-control-allow-credentials']).toBeUndefined();
  const refused = await preflight('http://evil.example');
  expect(refused).toMatchObject({ status: 403 });
  expect(refused.headers['access-control-allow-origin']).toBeUndefined();

  // Chats of such a page go on at this node's broker; nobody else's do.
  const mqttFrom = async (origin: string) => {
    const url = `${one.webUrl.replace('http', 'ws')}/mqtt`;
    const client = await connectAsync(
      url,
      { wsOptions: { origin }, reconnectPeriod: 0, protocolVersion: 4 },
      false,
    );
    await client.endAsync();
  };
  await mqttFrom(two.webUrl);
  await expect(mqttFrom('http://evil.example')).rejects.toThrow();

  const headers = { origin: two.webUrl };
  const read = await httpRequest(`${one.webUrl}/api/v1/cluster`, { headers });
  expect(read).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': two.webUrl } });
  // The metrics and the app itself are nobody else's business.
  expect(await httpRequest(`${one.webUrl}/metrics`, { headers })).toMatchObject({ status: 403 });

  const { headers: page } = await httpRequest(`${one.webUrl}/`, { headers: { accept: 'text/html' } });
  expect(page['content-security-policy']).toContain(` ${two.webUrl} ${two.webUrl.replace('http', 'ws')};`);
});
