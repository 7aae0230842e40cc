/** Each planted fault is a way to build alarms wrong; a hard day must find it. */
import type { Core } from '@bothy/protocols';
import { describe, expect, test } from 'vitest';
import { alarmDay } from '../testing/alarm-day.ts';
import type { AlarmCoreMaker } from '../testing/alarm-stage.ts';
import { AlarmCore } from './alarm-core.ts';
import type { AlarmInput, AlarmOutput } from './messages.ts';
import type { AlarmRecord, AlarmWrite } from './records.ts';

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

function withInputs(change: (input: AlarmInput) => AlarmInput | undefined): AlarmCoreMaker {
  return (...args) => {
    const core = new AlarmCore(...args);
    return {
      step: (input, now) => {
        const changed = change(input);
        return changed === undefined ? [] : core.step(changed, now);
      },
    };
  };
}

function withOutputs(change: (outputs: readonly AlarmOutput[]) => readonly AlarmOutput[]): AlarmCoreMaker {
  return (...args) => {
    const core = new AlarmCore(...args);
    return { step: (input, now) => change(core.step(input, now)) };
  };
}

function withRecords(change: (record: AlarmRecord) => readonly AlarmRecord[]): AlarmCoreMaker {
  return (config, { alarms }) => new AlarmCore(config, { alarms: alarms.flatMap(change) });
}

function withWrites(change: (write: AlarmWrite) => AlarmWrite): AlarmCoreMaker {
  return withOutputs((outputs) =>
    outputs.map((output) =>
      output.kind === 'persist' ? { ...output, writes: output.writes.map(change) } : output,
    ),
  );
}

/** Numbers events as they come: what is double or late looks like news. */
function renumbered(): AlarmCoreMaker {
  let seq = 0;
  return withInputs((input) => {
    if (input.kind !== 'event') return input;
    seq += 1;
    return { ...input, event: { ...input.event, boot: 1_000, seq } };
  });
}

const acknowledgedStay: AlarmCoreMaker = (...args) => {
  const core = new AlarmCore(...args);
  const wrapped: Core<AlarmInput, AlarmOutput> = {
    step: (input, now) => {
      if (input.kind !== 'event' || !input.event.event) return core.step(input, now);
      const { node, sensor, eventType } = input.event;
      const known = core.get(`${node}~${sensor}~${eventType}`);
      const outputs = core.step(input, now);
      if (known?.acknowledged !== true || known.active) return outputs;
      const by = known.acknowledgedBy ?? '';
      const again = {
        kind: 'command',
        id: 'x',
        alarm: known.id,
        by,
        command: { name: 'acknowledge' },
      } as const;
      return [...outputs, ...core.step(again, now).filter(({ kind }) => kind !== 'answer')];
    },
  };
  return wrapped;
};

const faults: Readonly<Record<string, AlarmCoreMaker>> = {
  'takes events in the order of their arrival': renumbered(),
  'judges by numbers and forgets starts': withInputs((input) =>
    input.kind === 'event' ? { ...input, event: { ...input.event, boot: 1 } } : input,
  ),
  'opens an alarm for what is late': withInputs((input) =>
    input.kind === 'event' ? { ...input, event: { ...input.event, hist: false } } : input,
  ),
  'never clears': withInputs((input) => (input.kind === 'event' && !input.event.event ? undefined : input)),
  'keeps an acknowledgement when it opens again': acknowledgedStay,
  'forgets everything at a restart': withRecords(() => []),
  'forgets at a restart which events it heard': withRecords(({ alarm }) => [{ alarm, last: null }]),
  'forgets at a restart who acknowledged': withRecords(({ alarm: { acknowledgedBy: _, ...alarm }, last }) => [
    { alarm: { ...alarm, acknowledged: false }, last },
  ]),
  'forgets at a restart what is shelved': withRecords(({ alarm: { shelvedUntilMs: _, ...alarm }, last }) => [
    { alarm, last },
  ]),
  'never looks at the time': withOutputs((outputs) => outputs.filter(({ kind }) => kind !== 'setTimer')),
  'takes nothing off the shelf in time': withOutputs((outputs) =>
    outputs
      .filter((output) => output.kind !== 'clearTimer' || !output.key.startsWith('shelf'))
      .filter((output) => output.kind !== 'setTimer' || !output.key.startsWith('shelf')),
  ),
  'tells before it stores': withOutputs((outputs) =>
    outputs.toSorted((a, b) => Number(a.kind === 'persist') - Number(b.kind === 'persist')),
  ),
  'stores alarms without their last change': withWrites((write) =>
    write.kind === 'putAlarm'
      ? { ...write, alarm: { ...write.alarm, version: write.alarm.version - 1 } }
      : write,
  ),
  'takes every absence for an alarm at once': (config, snapshot) =>
    new AlarmCore({ ...config, offlineMs: 0 }, snapshot),
  'does not hear that an edge is back': withInputs((input) =>
    input.kind === 'edge' && input.state === 'online' ? undefined : input,
  ),
  'writes a line of history for every event': withOutputs((outputs) =>
    outputs.flatMap((output): readonly AlarmOutput[] => {
      if (output.kind !== 'changed' || output.entry !== undefined || !output.alarm.active) return [output];
      const entry = { alarm: output.alarm.id, atMs: output.alarm.lastMs, kind: 'opened' } as const;
      return [
        { kind: 'persist', writes: [{ kind: 'addAlarmEntry', entry }] },
        { ...output, entry },
      ];
    }),
  ),
};

describe('planted faults', () => {
  test.each(Object.entries(faults))('a core that %s is found', (_, make) => {
    const isFound = seeds.some((seed) => {
      try {
        alarmDay(seed, make);
        return false;
      } catch (error) {
        // A difference, and no slip of the plant.
        return error instanceof Error && error.message.startsWith('seed');
      }
    });
    expect(isFound).toBe(true);
  });

  test('the same wrappers around an unchanged core find nothing', () => {
    for (const seed of seeds) {
      alarmDay(
        seed,
        withInputs((input) => input),
      );
      alarmDay(
        seed,
        withOutputs((outputs) => outputs),
      );
      alarmDay(
        seed,
        withRecords((record) => [record]),
      );
      alarmDay(
        seed,
        withWrites((write) => write),
      );
    }
  });
});
