/** The pages of `docs/reference` keep to the code: examples parse and verify, and tables list what there is. */
import { readFileSync } from 'node:fs';
import { configNames } from '@bothy/node';
import {
  detachSignature,
  fromBase64Url,
  limits,
  type SignatureDomain,
  signatureDomains,
  signedBytes,
} from '@bothy/wire';
import {
  type Parsed,
  parseCertificate,
  parseEdgeControl,
  parseEdgeHome,
  parseEdgeStatus,
  parseEntryBody,
  parseEntryHeader,
  parseEnvelope,
  parseFrame,
  parseKeyFile,
  parsePresence,
  parseProof,
  parseReading,
  parseTelemetryEvent,
} from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { labelledExamples, tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const page = (name: string): string => readFileSync(new URL(`docs/reference/${name}`, root), 'utf8');

const heard = { receivedMs: 1_795_167_100_000, zoneOffset: () => 0 };
const edge = { edge: 'edge-1' };
const parsers: Readonly<Record<string, (text: string) => Parsed<unknown>>> = {
  certificate: parseCertificate,
  proof: parseProof,
  presence: parsePresence,
  envelope: parseEnvelope,
  frame: parseFrame,
  header: parseEntryHeader,
  body: parseEntryBody,
  keyfile: parseKeyFile,
  reading: (text) => parseReading(text, heard),
  event: (text) => parseTelemetryEvent(text, heard),
  status: (text) => parseEdgeStatus(text, edge),
  control: parseEdgeControl,
  home: (text) => parseEdgeHome(text, edge),
};
const domains: Readonly<Record<string, SignatureDomain>> = {
  certificate: 'certificate',
  proof: 'proof',
  presence: 'presence',
  envelope: 'envelope',
  header: 'entry',
};

const wire = page('wire.md');
const examples = labelledExamples(wire);
const certificate = examples.find(({ label }) => label === 'certificate')?.text ?? '{}';
const keys = JSON.parse(certificate);

async function verifies(text: string, domain: SignatureDomain): Promise<boolean> {
  const signed = detachSignature(text);
  const key = fromBase64Url(domain === 'certificate' ? keys.personKey : keys.deviceKey);
  const sig = fromBase64Url(signed?.sig ?? '');
  if (signed === undefined || key === undefined || sig === undefined) return false;
  const publicKey = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return await crypto.subtle.verify('Ed25519', publicKey, sig, signedBytes(domain, signed.unsigned));
}

describe('wire.md', () => {
  test('shows an example of everything that has a schema, and of every kind', () => {
    expect(new Set(examples.map(({ label }) => label))).toEqual(new Set(Object.keys(parsers)));
    const kinds = new Set(examples.map(({ text }) => JSON.parse(text).kind));
    for (const kind of ['offer', 'answer', 'candidates', 'contact.request']) expect(kinds).toContain(kind);
    for (const kind of ['have', 'entries', 'read', 'typing', 'ping', 'pong']) expect(kinds).toContain(kind);
    for (const kind of ['message', 'edit', 'delete']) expect(kinds).toContain(kind);
  });

  test.each(examples)('$label: the example parses and verifies: $text', async ({ label, text }) => {
    const parsed = parsers[label]?.(text);
    expect(parsed).toMatchObject({ ok: true, value: expect.anything() });
    const domain = domains[label];
    if (domain !== undefined) expect(await verifies(text, domain)).toBe(true);
  });

  test('an example that was changed by hand is found', async () => {
    expect(await verifies(certificate.replace('"anna"', '"bert"'), 'certificate')).toBe(false);
  });

  test('names every limit with its value, and every domain', () => {
    for (const [name, value] of Object.entries(limits)) expect(wire).toContain(`| \`${name}\` | ${value} |`);
    for (const prefix of Object.values(signatureDomains)) expect(wire).toContain(`\`${prefix.trim()}\``);
  });
});

test('configuration.md lists every flag with its variable, and no other', () => {
  const rows = tableCodes(page('configuration.md')).filter(([flag = '']) => flag.startsWith('--'));
  const listed = rows.map(([flag, variable]) => [flag?.split(' ')[0], variable]);
  const known = configNames.map((name) => [`--${name}`, `BOTHY_${name.toUpperCase().replaceAll('-', '_')}`]);
  expect(listed.sort()).toEqual(known.sort());
});
