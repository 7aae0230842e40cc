/** People talk through a node that uses a broker of its own no longer: Mosquitto, which knows nothing of Bothy. */
import { startMosquitto } from '@bothy/testkit';
import { afterAll, expect, test } from 'vitest';
import { browserStage } from './browser-stage.ts';
import { befriend, connected, say, shows } from './person.ts';

const mosquitto = await startMosquitto();
afterAll(() => mosquitto.stop());
const stage = browserStage({ flags: { broker: mosquitto.url } });

test('two people become contacts and talk, introduced by an outside broker', async () => {
  const [alice, ben] = await Promise.all([stage.join('alice'), stage.join('ben')]);
  await befriend(alice, ben, 'alice', 'ben');
  await Promise.all([connected(alice), connected(ben)]);
  await say(alice, 'Whose broker is this?');
  await shows(ben, 'Whose broker is this?');
  await shows(alice, 'Whose broker is this?', 'read');
  expect(stage.node.mqttUrl).toBe(mosquitto.url);
  expect(stage.pageErrors).toEqual([]);
});
