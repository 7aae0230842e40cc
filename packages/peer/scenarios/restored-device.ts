/**
 * Ann's device is put back to an older copy of itself, writes on while Ben is away, and meets him again. It takes a new
 * id, once: what it had forgotten comes back from Ben, what it wrote meanwhile is written again, and both hold the same.
 */
import type { EntryRow } from '@bothy/peer/core';
import type { Scenario } from '@bothy/simulator';
import { before, CopyStage, restoreOlder } from './copy-stage.ts';
import type { makePeerCore, PeerDevice } from './peer-device.ts';

export function restoredDevice(makeCore?: typeof makePeerCore): Scenario {
  return {
    name: 'peer/restored-device',
    title: 'A device that was restored from an older copy goes on under a new id, and nothing is lost',
    run: (seed) => {
      const stage = new CopyStage({ seed, scenario: 'peer/restored-device', canRenew: true, makeCore });
      const { simulation, watch, ann, ben, conversation } = stage;
      const { person } = ben.who;
      stage.begin();

      const random = simulation.random('restored');
      const kept = random.below(before);
      const again = random.below(before + 10);
      ben.process.crash();
      ann.process.crash();
      restoreOlder(ann, conversation, kept);
      ann.process.start();
      simulation.run(2_000);
      stage.say(again, 'second');
      simulation.run(2_000);
      // The last one is changed, the one before is deleted; of what is older the first one is changed.
      const isChanged = again > 1;
      if (isChanged) {
        ann.command({ kind: 'editMessage', person, n: kept + again, text: 'changed' });
        ann.command({ kind: 'deleteMessage', person, n: kept + again - 1 });
        if (kept > 0) ann.command({ kind: 'editMessage', person, n: 1, text: 'changed too' });
      }
      simulation.run(2_000);
      ben.process.start();
      // Wherever it is with its new id, it may crash.
      for (let crashes = random.below(3); crashes > 0; crashes--) {
        simulation.after(random.below(8_000), () => {
          ann.process.crash();
          ann.process.start();
        });
      }
      simulation.run(60_000);
      stage.say(1, 'third');
      simulation.run(30_000);

      const expected = [...named('first', before), ...named('second', again), 'third 1'].filter(
        (id) => !(isChanged && id === `second ${again - 1}`),
      );
      for (const device of [ann, ben]) {
        const rows = device.allRows(conversation);
        const said = rows.flatMap((row) => messageOf(row)?.id ?? []).sort();
        if (said.join() !== expected.sort().join()) {
          simulation.fail('nothing is lost or doubled', `${device.who.name} holds ${said.join()}`);
        }
        const changed = rows.find((row) => messageOf(row)?.id === `second ${again}`);
        const text = changed === undefined ? undefined : messageOf(changed)?.text;
        if (isChanged && text !== 'changed')
          simulation.fail('the last text stays', `${device.who.name}: ${text}`);
        const other = device === ann ? ben : ann;
        const state = watch.states.get(`${device.who.name} ${other.key}`);
        if (state !== 'same') simulation.fail('copies agree', `${device.who.name} was told ${state}`);
      }
      if (holds(ann, conversation) !== holds(ben, conversation)) {
        simulation.fail('both hold the same', `${holds(ann, conversation)} and ${holds(ben, conversation)}`);
      }
      if (ann.former.length !== 1) simulation.fail('one new id', `it had ${ann.former.length} before`);
      if (watch.keyChanges > 0) simulation.fail('the person is the same', 'a changed key was told');
      const { trace } = simulation;
      const counts = { saved: watch.saved, again };
      return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(200), counts };
    },
  };
}

function named(text: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${text} ${at + 1}`);
}

function messageOf({ record }: EntryRow): { readonly id: string; readonly text: string } | undefined {
  const body = record.body === null ? undefined : JSON.parse(record.body);
  return body?.kind === 'message' ? body : undefined;
}

/** All logs with their ends. */
function holds(device: PeerDevice, conversation: string): string {
  const ends = device.allRows(conversation).map(({ log, n, hash }) => `${log} ${n} ${hash}`);
  return ends.sort().join('\n');
}
