import { expect, test } from 'vitest';
import { alice, ben, benAccepted, CoreStage } from './testing/core-stage.ts';

const request = (n: number) =>
  ({ kind: 'contact.request', body: { certificate: 'of ben', request: n } }) as const;
const accept = (n: number) =>
  ({ kind: 'contact.accept', body: { certificate: 'of ben', request: n } }) as const;

function asking(): { stage: CoreStage; number: number } {
  const stage = new CoreStage();
  stage.step({ kind: 'signalling', state: 'up' });
  stage.command({ kind: 'addContact', name: ben.name });
  const [envelope] = stage.signals;
  if (envelope?.kind !== 'contact.request') throw new Error('a request was to be published');
  return { stage, number: envelope.body.request };
}

test('[PC1] a request is stored, published, and published again at doubling distances until it is answered', () => {
  const { stage, number } = asking();
  expect(stage.outputs.map(({ kind }) => kind)).toEqual([
    'persist',
    'notify',
    'signal',
    'setTimer',
    'watch',
    'reply',
  ]);
  expect(stage.outputs.find(({ kind }) => kind === 'signal')).not.toHaveProperty('early');
  const distances = [stage.timerAfterMs('request')];
  for (let i = 0; i < 9; i++) {
    stage.step({ kind: 'timer', key: `request name:${ben.name}` });
    expect(stage.signals).toHaveLength(1);
    distances.push(stage.timerAfterMs('request'));
  }
  expect(distances.slice(0, 4)).toEqual([30_000, 60_000, 120_000, 240_000]);
  expect(distances.slice(-2)).toEqual([3_600_000, 3_600_000]);
  stage.fromBen(accept(number));
  stage.step({ kind: 'timer', key: `request name:${ben.name}` });
  expect(stage.outputs).toEqual([]);
});

test('[PC2] an answer to another request changes nothing; the right one makes a contact', () => {
  const { stage, number } = asking();
  stage.fromBen(accept(number + 1));
  expect(stage.outputs).toEqual([]);
  stage.fromBen(accept(number));
  expect(stage.notices).toContainEqual({ kind: 'contactRemoved', id: `name:${ben.name}` });
  expect(stage.writes).toContainEqual(
    expect.objectContaining({ contact: expect.objectContaining({ id: ben.person, state: 'accepted' }) }),
  );
  stage.fromBen({ kind: 'contact.decline', body: { certificate: '', request: number } });
  expect(stage.outputs).toEqual([]);
});

test('[PC3] two requests that cross make contacts of both', () => {
  const { stage } = asking();
  stage.fromBen(request(3));
  expect(stage.signals).toMatchObject([{ kind: 'contact.accept', body: { request: 3 } }]);
  expect(stage.notices).toContainEqual(
    expect.objectContaining({ contact: expect.objectContaining({ state: 'accepted' }) }),
  );
});

test('[PC4] a contact that asks again is answered again, and nothing else changes', () => {
  const stage = CoreStage.withBen();
  stage.fromBen(request(9));
  expect(stage.outputs).toHaveLength(1);
  expect(stage.signals).toMatchObject([
    { kind: 'contact.accept', to: { name: ben.name }, body: { request: 9 } },
  ]);
});

test('[PC5] another key in the name of a contact is refused and shown', () => {
  const stage = CoreStage.withBen();
  const impostor = { ...ben, person: 'c'.repeat(32) };
  stage.fromBen(request(1), { from: impostor });
  expect(stage.refused).toEqual(['name_taken']);
  expect(stage.notices).toContainEqual({
    kind: 'keyChanged',
    contact: benAccepted.id,
    name: ben.name,
    newPerson: impostor.person,
  });
  expect(stage.writes).toEqual([]);
});

test('[PC6] an offer is the acceptance of somebody who was asked, and nothing of a stranger', () => {
  const { stage } = asking();
  const offer = {
    kind: 'offer',
    body: { toSession: null, number: 1, sdp: 'offer', certificate: 'of ben' },
  } as const;
  stage.fromBen(offer);
  expect(stage.writes).toContainEqual(
    expect.objectContaining({ contact: expect.objectContaining({ person: ben.person, state: 'accepted' }) }),
  );
  stage.fromBen(offer, { from: { ...ben, name: 'carol', person: 'c'.repeat(32) } });
  expect(stage.refused).toEqual(['unknown_contact']);
  expect(stage.rtcOperations).toEqual([]);
});

test('[PC7] the 101st stranger who waits for an answer is refused', () => {
  const stage = new CoreStage();
  const stranger = (i: number) => ({
    ...ben,
    name: `ben${i}`,
    person: `${'b'.repeat(30)}${'abcdefghij'[Math.floor(i / 10) % 10]}${'abcdefghij'[i % 10]}`,
  });
  for (let i = 0; i < 100; i++) {
    stage.fromBen(request(1), { from: stranger(i) });
    expect(stage.refused).toEqual([]);
  }
  stage.fromBen(request(1), { from: { ...ben, name: 'zoe', person: 'z'.repeat(32) } });
  expect(stage.refused).toEqual(['rate_limited']);
  expect(stage.writes).toEqual([]);
});

test('one does not add oneself, nor a contact twice', () => {
  const stage = CoreStage.withBen();
  stage.command({ kind: 'addContact', name: alice.name });
  expect(stage.reply).toMatchObject({ ok: false, code: 'bad_request' });
  stage.command({ kind: 'addContact', name: ben.name });
  expect(stage.reply).toMatchObject({ ok: false, code: 'contact_exists' });
  stage.command({ kind: 'send', person: 'x'.repeat(32), messageId: '1', text: 'hello' });
  expect(stage.reply).toMatchObject({ ok: false, code: 'unknown_contact' });
});
