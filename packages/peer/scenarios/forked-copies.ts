/**
 * Ann's device is put back to an older copy of itself and writes on, while Ben holds what it wrote before: two histories
 * of one log, both signed. Each side has to say so, and from which number on, whoever of them holds more.
 */
import type { CopyDifference } from '@bothy/peer/core';
import type { Scenario } from '@bothy/simulator';
import { before, CopyStage, restoreOlder } from './copy-stage.ts';
import type { makePeerCore } from './peer-device.ts';

export function forkedCopies(makeCore?: typeof makePeerCore): Scenario {
  return {
    name: 'peer/forked-copies',
    title: 'A device that was restored from an older copy wrote on, and both sides say from which entry on',
    run: (seed) => {
      // The id cannot be changed: what is found is told.
      const stage = new CopyStage({ seed, scenario: 'peer/forked-copies', canRenew: false, makeCore });
      const { simulation, watch, ann, ben, conversation } = stage;
      stage.begin();

      const random = simulation.random('fork');
      const kept = random.below(before);
      const again = 1 + random.below(before + 10);
      ben.process.crash();
      ann.process.crash();
      restoreOlder(ann, conversation, kept);
      watch.delivered.clear();
      ann.process.start();
      simulation.run(2_000);
      stage.say(again, 'second');
      simulation.run(2_000);
      ben.process.start();
      simulation.run(60_000);

      const expected: CopyDifference = { log: ann.key, from: kept + 1, isExact: true, isSigned: false };
      for (const device of [ann, ben]) {
        const [found, ...more] = watch.told.get(device)?.differences ?? [];
        const state = watch.told.get(device)?.state;
        const isNamed = found?.log === expected.log && found.from === expected.from && found.isExact;
        if (state === 'differs' && isNamed && more.length === 0) continue;
        const told = JSON.stringify({ state, found, kept, again });
        simulation.fail('a fork is told', `${device.who.name} was told ${told}`);
      }
      if (ben.store.held(conversation, ann.key) !== before) {
        simulation.fail('nothing is repaired in silence', `Ben holds another number of entries of Ann's`);
      }
      const delivered = watch.delivered.get(ann) ?? 0;
      if (delivered > kept) simulation.fail('a tick never lies', `${delivered} of ${kept} are the same`);
      // Only whoever was sent an entry of the other history knows that both were signed.
      const isSigned = watch.told.get(ben)?.differences[0]?.isSigned;
      if (isSigned !== kept + again > before) {
        simulation.fail('what was signed is told as signed', `it says ${isSigned} for ${kept} and ${again}`);
      }
      const { trace } = simulation;
      const counts = { saved: watch.saved };
      return { traceHash: trace.hash, traceLines: trace.count, tail: trace.tail(200), counts };
    },
  };
}
