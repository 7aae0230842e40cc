import { expect, test } from 'vitest';
import { verifyCertificate } from './certificates.ts';
import { readKeyFile, writeKeyFile } from './key-file.ts';
import { generateKeyPair } from './keys.ts';
import { createIdentity, type LocalIdentity } from './local-identity.ts';

const passphrase = 'eight stoves under a roof';

async function ada(): Promise<LocalIdentity & { personKeyPair: CryptoKeyPair }> {
  const identity = await createIdentity({ name: 'ada', issuedAt: 1 });
  return { ...identity, personKeyPair: identity.personKeyPair ?? (await generateKeyPair(true)) };
}

test('[ID13] [ID15] what was taken along makes another device of the same person', async () => {
  const first = await ada();
  const text = await writeKeyFile(first, passphrase);
  expect(JSON.parse(text)).toMatchObject({ bothy: 'key', v: 1, name: 'ada', iterations: 600_000 });
  const opened = await readKeyFile(text, passphrase);
  expect(opened).toMatchObject({ name: 'ada', person: first.person });
  const second = await createIdentity({ ...opened, issuedAt: 2 });
  expect(second.person).toBe(first.person);
  expect(second.device).not.toBe(first.device);
  expect(await verifyCertificate(second.certificate)).toMatchObject({ ok: true });
  // The key can be taken along again.
  expect(second.personKeyPair?.privateKey.extractable).toBe(true);
});

test('[ID13] another passphrase opens nothing, and says that it is the passphrase', async () => {
  const text = await writeKeyFile(await ada(), passphrase);
  await expect(readKeyFile(text, 'eight stoves under a root')).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('passphrase'),
  });
});

test('[ID13] the same passphrase from another keyboard opens it', async () => {
  const text = await writeKeyFile(await ada(), 'am Kännchen gewärmt');
  expect(await readKeyFile(text, 'am Kännchen gewärmt'.normalize('NFD'))).toMatchObject({ name: 'ada' });
});

test('[ID13] a short passphrase makes no file, whatever its characters weigh', async () => {
  const identity = await ada();
  for (const short of ['', 'nine char', '🏔'.repeat(9)]) {
    await expect(writeKeyFile(identity, short)).rejects.toMatchObject({ code: 'bad_request' });
  }
});

test('[ID14] a file that was damaged says so before any passphrase is tried', async () => {
  const text = await writeKeyFile(await ada(), passphrase);
  const file = JSON.parse(text) as Record<string, string | number>;
  const other = (value: string | number): string | number =>
    typeof value === 'number' ? value + 1 : `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
  const broken = [
    '',
    '{}',
    'not a file',
    text.slice(0, -40),
    ...['personKey', 'iterations', 'salt', 'iv', 'sealed', 'check'].map((member) =>
      JSON.stringify({ ...file, [member]: other(file[member] ?? '') }),
    ),
    JSON.stringify({ ...file, name: 'eve' }),
    // Anybody's file may not keep us busy, nor be made weak.
    JSON.stringify({ ...file, iterations: 1 }),
    JSON.stringify({ ...file, iterations: 1e9 }),
    JSON.stringify({ ...file, v: 2 }),
  ];
  for (const each of broken) {
    await expect(readKeyFile(each, passphrase)).rejects.toMatchObject({ code: 'bad_request' });
  }
});
