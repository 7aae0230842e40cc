/** A backtest ends when nobody waits for it any more. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reading } from '@bothy/wire';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { type RuleApiOptions, ruleApi } from './rule-api.ts';

const reading: Reading = {
  ...{
    node: 'shed',
    sensor: 'temperature',
    value: 20,
    stampMs: 0,
    hist: false,
    event: false,
    eventType: null,
  },
};

test('who hangs up ends the backtest that was asked for, long before all readings were looked at', async () => {
  let read = 0;
  let isOver = false;
  /** More than a backtest takes. */
  async function* scan(): AsyncGenerator<Reading> {
    try {
      for (;;) {
        read += 1;
        yield { ...reading, stampMs: read };
      }
    } finally {
      isOver = true;
    }
  }
  const options = {
    host: () => Promise.resolve({ store: { scan } }),
    guests: { onlyLocal: () => true, allowGuests: true },
    offsetAt: () => 0,
  };
  const server = Fastify();
  onTestFinished(() => server.close());
  ruleApi(options as unknown as RuleApiOptions)(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  const path = '/api/v1/rules/backtest';
  const asked = request({ port, path, method: 'POST', headers: { 'content-type': 'application/json' } });
  asked.end(JSON.stringify({ text: 'temperature > 30', fromMs: 0, toMs: 1e12 }));
  await expect.poll(() => read, { interval: 1 }).toBeGreaterThan(0);
  asked.on('error', () => {});
  asked.destroy();
  await expect.poll(() => isOver).toBe(true);
  expect(read).toBeLessThan(20_000_000);
});
