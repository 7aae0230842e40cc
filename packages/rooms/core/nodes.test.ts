import { bounds, timing } from '@bothy/rooms/core';
import type { RoomAnswers } from '@bothy/wire';
import { expect, test } from 'vitest';
import { CoreStage } from './testing/core-stage.ts';
import { actor, codeOf, infoOf } from './testing/stage-people.ts';

const ann = actor('ann');
const ben = actor('ben');

function listed(stage: CoreStage, id: string, who = ann): RoomAnswers['list'] {
  const result = stage.command(id, who, { kind: 'list' });
  if (result?.ok !== true) throw new Error(codeOf(result));
  return result.value as RoomAnswers['list'];
}

test('[RM29] a list holds the rooms of all nodes, and names those that cannot be reached', () => {
  const stage = new CoreStage(['n1', 'n2', 'n3']);
  const names = () => listed(stage, 'n1').rooms.map(({ name, state }) => `${name}: ${state}`);
  expect(names()).toEqual(['Lobby of n1: available', 'Lobby of n2: available', 'Lobby of n3: available']);
  stage.cut('n1', 'n3');
  expect(names().at(-1)).toBe('Lobby of n3: unavailable');
  expect(listed(stage, 'n1').unreachable).toEqual(['n3']);
});

test('[RM29] a private room is in the lists of who is in it or was invited, and of nobody else', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const room = stage.create('n1', ann, 'private');
  const finds = (id: string, who = ben): boolean =>
    listed(stage, id, who).rooms.some((each) => each.id === room);
  expect([finds('n1', ann), finds('n2', ann), finds('n1'), finds('n2')]).toEqual([true, true, false, false]);
  stage.command('n1', ann, { kind: 'invite', requestId: 'i', room, person: ben.person, personName: 'ben' });
  stage.pass(1_100);
  expect([finds('n1'), finds('n2')]).toEqual([true, true]);
  stage.command('n1', ann, { kind: 'ban', requestId: 'b', room, person: ben.person, on: true });
  stage.pass(1_100);
  expect([finds('n1'), finds('n2')]).toEqual([false, false]);
});

test('[RM30] others hear of a room that is made, changed or gone', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const names = () => listed(stage, 'n2').rooms.map(({ name }) => name);
  const words = { requestId: 'c', name: 'Tea', description: '', visibility: 'public' } as const;
  const result = stage.command('n1', ann, { kind: 'create', ...words });
  const room = result?.ok === true ? (result.value as RoomAnswers['create']).room.id : '';
  stage.pass(1_100);
  expect(names()).toContain('Tea');
  stage.command('n1', ann, { kind: 'update', requestId: 'u', room, name: 'Coffee' });
  stage.pass(1_100);
  expect(names()).toContain('Coffee');
  stage.command('n1', ann, { kind: 'delete', requestId: 'd', room });
  stage.pass(1_100);
  expect(names()).toEqual(['Lobby of n1', 'Lobby of n2']);
});

test('[RM31] a newcomer learns of all from one, they dial each other, and remember', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const newcomer = infoOf('n9');
  stage.step('n1', { kind: 'linkUp', node: newcomer });
  const beat = stage.outputs.find((each) => each.kind === 'send' && each.message.kind === 'heartbeat');
  const named = beat?.kind === 'send' && beat.message.kind === 'heartbeat' ? beat.message.nodes : [];
  expect(named.map(({ id }) => id)).toEqual(['n1', 'n2', 'n9']);
  stage.pass(1_100);
  // By the next heartbeat n2 has heard of it.
  expect(stage.dials.filter(({ from }) => from === 'n2').map(({ address }) => address)).toContain('n9:7070');
  const before = stage.dials.length;
  stage.restart('n2');
  const again = stage.dials.slice(before).flatMap(({ from, address }) => (from === 'n2' ? [address] : []));
  expect(again.sort()).toEqual(['n1:7070', 'n9:7070']);
});

test('[RM32] a silent node is suspected, then down; its link is ended and dialled again, less and less often', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const health = () => stage.view('n1').nodes.map((node) => node.health)[0];
  stage.lose = (from) => from === 'n2';
  stage.pass(3_500);
  expect(health()).toBe('suspected');
  stage.pass(3_000);
  expect(health()).toBe('down');
  const dials = () => stage.dials.filter(({ from, address }) => from === 'n1' && address === 'n2:7070');
  const waits: number[] = [];
  for (let count = 0; count < 8; count++) {
    const atMs = stage.nowMs;
    stage.step('n1', { kind: 'dialFailed', address: 'n2:7070', reason: 'refused' });
    const made = dials().length;
    while (dials().length === made) stage.pass(50);
    waits.push(stage.nowMs - atMs);
  }
  expect(waits[0]).toBeLessThanOrEqual(timing.dialAgainMs + 50);
  expect(waits.at(-1)).toBeGreaterThan(timing.dialAgainMaxMs / 2 - 50);
  expect(Math.max(...waits)).toBeLessThanOrEqual(timing.dialAgainMaxMs + 50);
  stage.lose = () => false;
  stage.link('n1', 'n2');
  expect(health()).toBe('up');
});

test('[RM32] a node whose links end as soon as they stand is dialled less and less often, until one lasts', () => {
  const stage = new CoreStage(['n1', 'n2']);
  const dials = () =>
    stage.dials.filter(({ from, address }) => from === 'n1' && address === 'n2:7070').length;
  const waitMs = (): number => {
    const [made, atMs] = [dials(), stage.nowMs];
    stage.cut('n1', 'n2');
    while (dials() === made) stage.pass(50);
    return stage.nowMs - atMs;
  };
  stage.pass(timing.downAfterMs);
  expect(waitMs()).toBe(0);
  const waits = Array.from({ length: 8 }, () => {
    stage.link('n1', 'n2');
    stage.pass(100);
    return waitMs();
  });
  expect(waits[0]).toBeGreaterThan(200);
  expect(waits.at(-1)).toBeGreaterThan(timing.dialAgainMaxMs / 2 - 50);
  stage.link('n1', 'n2');
  stage.pass(timing.downAfterMs);
  expect(waitMs()).toBe(0);
});

test('[RM33] a second node under one id is refused', () => {
  const stage = new CoreStage(['n1', 'n2']);
  stage.step('n1', { kind: 'linkUp', node: infoOf('n1', { instance: 'another' }) });
  expect(stage.refused).toEqual(['node_id_taken']);
  expect(stage.outputs).toContainEqual(expect.objectContaining({ kind: 'hangUp', node: 'n1' }));
  expect(stage.view('n1').nodes.map(({ id }) => id)).toEqual(['n2']);
});

test('[RM34] a node that was removed is forgotten by all until it comes by itself', () => {
  const stage = new CoreStage(['n1', 'n2', 'n3']);
  const known = (id: string) => stage.view(id).nodes.map((node) => node.id);
  stage.cut('n1', 'n3');
  stage.cut('n2', 'n3');
  stage.step('n1', { kind: 'forgetNode', id: 'f', node: 'n3' });
  expect(stage.outputs).toContainEqual({ kind: 'forgotten', id: 'f', known: true });
  expect([known('n1'), known('n2')]).toEqual([['n2'], ['n1']]);
  expect(listed(stage, 'n2').rooms.some(({ administrator }) => administrator === 'n3')).toBe(false);
  // Somebody who has not heard speaks of it.
  const load = { sessions: 0, rooms: 0, messagesPerSecond: 0 };
  const nodes = [infoOf('n2'), infoOf('n3')];
  stage.tell('n1', 'n2', { kind: 'heartbeat', nodes, load, nextMs: timing.heartbeatMs, sentMs: 0 });
  expect(known('n1')).toEqual(['n2']);
  stage.step('n1', { kind: 'forgetNode', id: 'g', node: 'n3' });
  expect(stage.outputs).toContainEqual({ kind: 'forgotten', id: 'g', known: false });
  stage.link('n1', 'n3');
  expect(known('n1')).toEqual(['n2', 'n3']);
});

test('[RM35] a cluster that is too large is refused', () => {
  const stage = new CoreStage(['n1']);
  for (let count = 0; count < bounds.nodes; count++) {
    stage.step('n1', { kind: 'linkUp', node: infoOf(`m${count}`) });
  }
  expect(stage.refused).toEqual([]);
  stage.step('n1', { kind: 'linkUp', node: infoOf('one-more') });
  expect(stage.refused).toEqual(['limit_reached']);
  expect(stage.outputs).toContainEqual(expect.objectContaining({ kind: 'hangUp', node: 'one-more' }));
});
