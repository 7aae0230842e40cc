import type { SocketSession } from '@bothy/rooms/drivers/websocket';
import type { Delivery } from '@bothy/telemetry/core';
import type { Alarm, AlarmChanged, AlarmTarget } from '@bothy/wire';
import { expect, test } from 'vitest';
import { Attendance } from './notify-attendance.ts';
import { AlarmVoice } from './notify-voice.ts';

const alarm: Alarm = {
  id: 'edge-1~light~light_low',
  edge: 'edge-1',
  sensor: 'light',
  rule: 'light_low',
  severity: 'info',
  active: true,
  acknowledged: false,
  openedMs: 0,
  lastMs: 0,
  count: 1,
  value: 80,
  sentence: 'Fires: light of edge-1 is 80, below 100.',
  notes: [],
  home: 'hut',
  version: 1,
};

function deliveryTo(to: AlarmTarget): Delivery {
  return {
    id: 'd1',
    route: 'ops',
    to,
    madeMs: 0,
    lines: [{ news: 'opened', alarm }],
    more: ['x'],
    failures: 0,
  };
}

function sessionOf(id: string, name: string, verified = true): SocketSession {
  return { id, actor: { person: verified ? 'a'.repeat(32) : 'guest:ann', name, verified, operator: false } };
}

function openVoice() {
  const told: (readonly [string, AlarmChanged])[] = [];
  const came: string[] = [];
  const attendance = new Attendance((name, present) => came.push(`${name} ${present}`));
  const voice = new AlarmVoice({
    node: 'hut',
    rooms: {
      command: async () => {
        throw new Error('the rooms are broken');
      },
      onEntries: () => {},
      onRestart: () => {},
    },
    notifier: () => ({
      notify: (sessions, { params }) => {
        for (const session of sessions) told.push([session, params as unknown as AlarmChanged]);
      },
    }),
    alarmSessions: () => ['s1', 's7'],
    attendance,
    desk: async () => ({ open: () => [], isElsewhere: () => false, command: async () => alarm }),
    smtp: undefined,
    log: { warn: () => {} },
  });
  return { voice, attendance, told, came };
}

test('a person is told at all of their sessions, and a guest of that name at none', async () => {
  const { voice, attendance, told, came } = openVoice();
  const delivery = deliveryTo({ kind: 'person', name: 'ann' });
  attendance.extension.sessionOpened?.(sessionOf('s0', 'ann', false));
  expect(await voice.tell(delivery)).toEqual({ ok: false, sentence: 'ann has no session here' });
  for (const id of ['s1', 's2']) attendance.extension.sessionOpened?.(sessionOf(id, 'ann'));
  attendance.extension.sessionOpened?.(sessionOf('s3', 'ben'));
  expect(await voice.tell(delivery)).toEqual({ ok: true });
  const text = 'ℹ️ light of edge-1 is 80, below 100, and 1 more';
  const changed = { alarm, notify: { id: 'd1', route: 'ops', text }, forYou: true };
  expect(told).toEqual([
    ['s1', changed],
    ['s2', changed],
  ]);
  for (const id of ['s1', 's2', 's3', 's0'])
    attendance.extension.sessionClosed?.(sessionOf(id, id === 's3' ? 'ben' : 'ann'));
  expect(came).toEqual(['ann true', 'ben true', 'ann false', 'ben false']);
  expect(voice.present).toEqual([]);
});

test('browsers are told at all sessions that follow alarms, and nobody by name', async () => {
  const { voice, told } = openVoice();
  expect(await voice.tell(deliveryTo({ kind: 'browser' }))).toEqual({ ok: true });
  expect(told.map(([session, { forYou }]) => [session, forYou])).toEqual([
    ['s1', undefined],
    ['s7', undefined],
  ]);
});

test('what cannot be told is a sentence, never a rejection', async () => {
  const { voice } = openVoice();
  expect(await voice.tell(deliveryTo({ kind: 'room', room: 'a'.repeat(20) }))).toEqual({
    ok: false,
    sentence: 'the rooms are broken',
  });
  expect(await voice.tell(deliveryTo({ kind: 'email', to: ['a@b.org'] }))).toMatchObject({
    ok: false,
    sentence: expect.stringContaining('--smtp-url'),
  });
});
