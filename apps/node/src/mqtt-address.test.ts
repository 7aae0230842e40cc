import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { edgeMqttUrl, mqttUrl } from './mqtt-address.ts';

const addresses = () => ({ names: ['hut.local'], addresses: ['192.0.2.7', '127.0.0.1'] });
const edge = (flags: Record<string, string>, mqtts?: number): string =>
  edgeMqttUrl(parseConfig(flags, {}), { mqtt: 1, mqtts }, addresses);

test('an edge is sent to TLS where there is any, under the name that the node goes by', () => {
  expect(edge({})).toBe('mqtt://127.0.0.1:1');
  const own = { tls: 'c.pem,k.pem', mqtts: '0.0.0.0:8883' };
  expect(edge(own, 2)).toBe('mqtts://192.0.2.7:2');
  expect(edge({ ...own, hosts: 'hut.example:8080,other' }, 2)).toBe('mqtts://hut.example:2');
  expect(edge({ tls: 'c.pem,k.pem' }, 2)).toBe('mqtts://127.0.0.1:2');
  expect(edge({ lan: '' })).toBe('mqtts://192.0.2.7:1');
  expect(edge({ broker: 'mqtt://mosquitto:1883' })).toBe('mqtt://mosquitto:1883');
});

test('people at the machine are told the address that is bound', () => {
  expect(mqttUrl(parseConfig({}, {}), { mqtt: 1 })).toBe('mqtt://127.0.0.1:1');
  expect(mqttUrl(parseConfig({ lan: '' }, {}), { mqtt: 1 })).toBe('mqtts://localhost:1');
  expect(mqttUrl(parseConfig({ mqtt: '[::1]:1883' }, {}), { mqtt: 1 })).toBe('mqtt://[::1]:1');
});
