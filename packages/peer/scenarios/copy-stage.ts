/** Ann and Ben are contacts, and a conversation of theirs that arrived and was read: then something happens to a copy. */
import type { CommandResult, CopyState, PeerNotice } from '@bothy/peer/core';
import { Simulation } from '@bothy/simulator';
import { directConversationId } from '@bothy/wire';
import { type DeviceObserver, type makePeerCore, PeerDevice } from './peer-device.ts';
import { SimBroker } from './sim-broker.ts';
import { SimRtcNetwork } from './sim-rtc.ts';

/** Messages of Ann's that Ben has read. */
export const before = 20;

type CopiesNotice = Extract<PeerNotice, { kind: 'copies' }>;

/** What each device was last told about copies. */
export class CopyWatch implements DeviceObserver {
  readonly told = new Map<PeerDevice, CopiesNotice>();
  /** By who was told and the other device, what was told last. */
  readonly states = new Map<string, CopyState>();
  /** The most that each was told to be delivered of its own log. */
  readonly delivered = new Map<PeerDevice, number>();
  /** Warnings that a contact has another key. */
  keyChanges = 0;
  saved = 0;

  notice(device: PeerDevice, notice: PeerNotice): void {
    if (notice.kind === 'copies') {
      this.told.set(device, notice);
      this.states.set(`${device.who.name} ${notice.device}`, notice.state);
    }
    if (notice.kind === 'keyChanged') this.keyChanges += 1;
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

export interface CopyStageOptions {
  readonly seed: string;
  readonly scenario: string;
  readonly canRenew: boolean;
  readonly makeCore: typeof makePeerCore | undefined;
}

export class CopyStage {
  readonly simulation: Simulation;
  readonly watch = new CopyWatch();
  readonly ann: PeerDevice;
  readonly ben: PeerDevice;
  readonly conversation: string;

  constructor({ seed, scenario, canRenew, makeCore }: CopyStageOptions) {
    const simulation = new Simulation({ seed, scenario });
    this.simulation = simulation;
    const world = (concern: string) => ({
      after: (delayMs: number, run: () => void) => void simulation.after(delayMs, run),
      random: simulation.random(concern),
    });
    const { duplicate, loss, hostile } = { duplicate: 0, loss: 0, hostile: 0 };
    const broker = new SimBroker(world('broker'), { duplicate, loss, hostile, maxDelayMs: 60 });
    const times = { maxOperationMs: 10, maxFrameMs: 40, loss, disconnectedMs: 3_000, failedMs: 15_000 };
    const rtc = new SimRtcNetwork({ ...world('rtc'), reachable: () => true }, times);
    const device = (name: string, letter: string): PeerDevice => {
      const who = { name, person: letter.repeat(32), device: letter.repeat(16) };
      const core = makeCore === undefined ? {} : { makeCore };
      return new PeerDevice({ simulation, broker, rtc, who, observer: this.watch, canRenew, ...core });
    };
    this.ann = device('ann', 'a');
    this.ben = device('ben', 'b');
    this.conversation = directConversationId(this.ann.who.person, this.ben.who.person);
  }

  /** They become contacts and Ann writes so much that Ben reads. */
  begin(): void {
    const { simulation, ann, ben, conversation } = this;
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
    this.say(before, 'first');
    simulation.run(5_000);
    ben.command({ kind: 'markRead', person: ann.who.person });
    simulation.run(5_000);
    if (ben.store.held(conversation, ann.key) !== before) simulation.fail('all arrived', 'not at Ben');
  }

  /** Ann writes `text 1`, `text 2` … */
  say(count: number, text: string): void {
    const { person } = this.ben.who;
    for (let at = 1; at <= count; at++) {
      const said = `${text} ${at}`;
      this.ann.command({ kind: 'send', person, messageId: said, text: said });
    }
  }
}

/** The disk of a device as it was when it had written so much. */
export function restoreOlder({ store, key }: PeerDevice, conversation: string, kept: number): void {
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
