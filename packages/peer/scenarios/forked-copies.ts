/**
 * Ann's device is put back to an older copy of itself and writes on, while Ben holds what it wrote before: two histories
 * of one log, both signed. Each side has to say so, and from which number on, whoever of them holds more.
 */
import type { CommandResult, CopyDifference, PeerNotice } from '@bothy/peer/core';
import { type Scenario, Simulation } from '@bothy/simulator';
import { directConversationId } from '@bothy/wire';
import { type DeviceObserver, type makePeerCore, PeerDevice } from './peer-device.ts';
import { SimBroker } from './sim-broker.ts';
import { SimRtcNetwork } from './sim-rtc.ts';

const before = 20;

type CopiesNotice = Extract<PeerNotice, { kind: 'copies' }>;

/** What each device was last told about copies. */
class CopyWatch implements DeviceObserver {
  readonly told = new Map<PeerDevice, CopiesNotice>();
  /** The most that each was told to be delivered of its own log. */
  readonly delivered = new Map<PeerDevice, number>();
  saved = 0;

  notice(device: PeerDevice, notice: PeerNotice): void {
    if (notice.kind === 'copies') this.told.set(device, notice);
    if (notice.kind !== 'progress') return;
    const { delivered, read } = notice;
    this.delivered.set(device, Math.max(delivered, read, this.delivered.get(device) ?? 0));
  }

  reply(_device: PeerDevice, _id: string, result: CommandResult): void {
    if (result.ok && result.n !== undefined) this.saved += 1;
  }

  written(): void {
    // What was stored is looked at on the disks.
  }
}

export function forkedCopies(makeCore?: typeof makePeerCore): Scenario {
  return {
    name: 'peer/forked-copies',
    title: 'A device that was restored from an older copy wrote on, and both sides say from which entry on',
    run: (seed) => {
      const simulation = new Simulation({ seed, scenario: 'peer/forked-copies' });
      const world = (concern: string) => ({
        after: (delayMs: number, run: () => void) => void simulation.after(delayMs, run),
        random: simulation.random(concern),
      });
      const { duplicate, loss, hostile } = { duplicate: 0, loss: 0, hostile: 0 };
      const broker = new SimBroker(world('broker'), { duplicate, loss, hostile, maxDelayMs: 60 });
      const times = { maxOperationMs: 10, maxFrameMs: 40, loss, disconnectedMs: 3_000, failedMs: 15_000 };
      const rtc = new SimRtcNetwork({ ...world('rtc'), reachable: () => true }, times);
      const watch = new CopyWatch();
      const [ann, ben] = (['ann', 'ben'] as const).map((name, at) => {
        const letter = 'ab'[at] ?? 'a';
        const who = { name, person: letter.repeat(32), device: letter.repeat(16) };
        const core = makeCore === undefined ? {} : { makeCore };
        return new PeerDevice({ simulation, broker, rtc, who, observer: watch, ...core });
      }) as [PeerDevice, PeerDevice];
      const conversation = directConversationId(ann.who.person, ben.who.person);
      const say = (count: number, text: string): void => {
        for (let at = 1; at <= count; at++) {
          const said = `${text} ${at}`;
          ann.command({ kind: 'send', person: ben.who.person, messageId: said, text: said });
        }
      };
      const reconnect = (): void => {
        for (const device of [ann, ben]) device.connectBroker();
        simulation.after(1_000, reconnect);
      };
      reconnect();
      simulation.run(1_000);
      ann.command({ kind: 'addContact', name: 'ben' });
      simulation.run(3_000);
      ben.command({ kind: 'acceptContact', contact: ann.who.person });
      simulation.run(10_000);
      say(before, 'first');
      simulation.run(5_000);
      ben.command({ kind: 'markRead', person: ann.who.person });
      simulation.run(5_000);
      if (ben.store.held(conversation, ann.key) !== before) simulation.fail('all arrived', 'not at Ben');

      const random = simulation.random('fork');
      const kept = random.below(before);
      const again = 1 + random.below(before + 10);
      ben.process.crash();
      ann.process.crash();
      restoreOlder(ann, conversation, kept);
      watch.delivered.clear();
      ann.process.start();
      simulation.run(2_000);
      say(again, 'second');
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

/** The disk of a device as it was when it had written so much. */
function restoreOlder({ store, key }: PeerDevice, conversation: string, kept: number): void {
  const name = `${conversation} ${key}`;
  const rows = (store.logs.get(name) ?? []).slice(0, kept);
  store.logs.set(name, rows);
  const hash = rows.at(-1)?.hash ?? '';
  for (const [at, receipt] of store.receipts) {
    const { delivered, read } = receipt;
    store.receipts.set(at, { ...receipt, delivered: Math.min(kept, delivered), read: Math.min(kept, read) });
  }
  if (kept === 0) store.heads.delete(name);
  else store.heads.set(name, { conversation, log: key, n: kept, hash, messages: kept });
}
