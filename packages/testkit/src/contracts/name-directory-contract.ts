/** What every `NameDirectory` keeps to: rules ID10 to ID12 of `identity`. Each implementation runs it. */
import type { NameDirectory } from '@bothy/identity';
import type { Certificate, PersonId } from '@bothy/wire';
import { expect, test } from 'vitest';

const annsKey: PersonId = 'a'.repeat(32);
const bensKey: PersonId = 'b'.repeat(32);

/** `make` gives a directory that is empty, and takes new names or not. The caller closes what it made. */
export function nameDirectoryContract(make: (open: boolean) => Promise<NameDirectory>): void {
  const open = () => make(true);

  test('a free name is bound to who claims it first, and stays theirs', async () => {
    const names = await open();
    expect(await names.lookup('ann')).toBeUndefined();
    expect(await names.claim(certificate('ann', annsKey))).toEqual({ kind: 'bound' });
    expect(await names.claim(certificate('ann', annsKey))).toEqual({ kind: 'bound' });
    expect(await names.lookup('ann')).toBe(annsKey);
  });

  test('a name of somebody else is taken, and says by whom', async () => {
    const names = await open();
    await names.claim(certificate('ann', annsKey));
    expect(await names.claim(certificate('ann', bensKey))).toEqual({ kind: 'taken', by: annsKey });
    expect(await names.lookup('ann')).toBe(annsKey);
  });

  test('of two claims at once exactly one is bound', async () => {
    const names = await open();
    const claims = await Promise.all([
      names.claim(certificate('ann', annsKey)),
      names.claim(certificate('ann', bensKey)),
    ]);
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['bound', 'taken']);
    const bound = claims[0]?.kind === 'bound' ? annsKey : bensKey;
    expect(await names.lookup('ann')).toBe(bound);
  });

  test('a released name is free again', async () => {
    const names = await open();
    await names.claim(certificate('ann', annsKey));
    expect(await names.release('ann')).toBe(true);
    expect(await names.release('ann')).toBe(false);
    expect(await names.claim(certificate('ann', bensKey))).toEqual({ kind: 'bound' });
  });

  test('a closed directory binds no new name', async () => {
    const names = await make(false);
    expect(await names.claim(certificate('ann', annsKey))).toEqual({ kind: 'closed' });
    expect(await names.lookup('ann')).toBeUndefined();
  });

  test('names that objects have by themselves are ordinary', async () => {
    const names = await open();
    expect(await names.lookup('constructor')).toBeUndefined();
    expect(await names.claim(certificate('constructor', annsKey))).toEqual({ kind: 'bound' });
  });
}

/** A directory trusts that the caller has verified the certificate, so its keys may be anything. */
function certificate(name: string, person: PersonId): Certificate {
  const key = 'A'.repeat(43);
  return { v: 1, name, person, personKey: key, device: 'd'.repeat(16), deviceKey: key, issuedAt: 0 };
}
