import { expect, test } from 'vitest';
import { verifyCertificate } from './certificates.ts';
import { createIdentity, formerDevices, renewDevice } from './local-identity.ts';

test('a renewed device is another one of the same person, and keeps the certificates of those before', async () => {
  const first = await createIdentity({ name: 'ann', issuedAt: 1 });
  const second = await renewDevice(first, 2);
  const third = await renewDevice(second, 3);
  expect([second.person, third.person, third.name]).toEqual([first.person, first.person, 'ann']);
  expect(new Set([first.device, second.device, third.device]).size).toBe(3);
  expect(formerDevices(first)).toEqual([]);
  expect(formerDevices(third)).toEqual([first.device, second.device]);
  expect(await verifyCertificate(third.certificate)).toMatchObject({ ok: true });
  const { personKeyPair: _, ...certifiedOnly } = first;
  await expect(renewDevice(certifiedOnly, 4)).rejects.toMatchObject({ code: 'bad_request' });
});
