/** One peer core on a stage: inputs by hand, outputs looked at. Alice is the core, Ben the other side. */
import {
  type Contact,
  type PeerConfig,
  PeerCore,
  type PeerInput,
  type PeerNotice,
  type PeerOutput,
  type PeerSnapshot,
  type PeerWrite,
} from '@bothy/peer/core';
import { seededRandom, zeroHlc } from '@bothy/protocols';
import {
  directConversationId,
  type Envelope,
  type EnvelopeBody,
  formatBoot,
  type LogVector,
  type VerifiedEntry,
} from '@bothy/wire';

export const alice = { name: 'alice', person: 'a'.repeat(32), device: 'a'.repeat(16) } as const;
export const ben = { name: 'ben', person: 'b'.repeat(32), device: 'b'.repeat(16) } as const;
export const aliceLog = `${alice.person}/${alice.device}`;
export const benLog = `${ben.person}/${ben.device}`;
export const conversation = directConversationId(alice.person, ben.person);
export const aliceBoot = formatBoot(7, 'a'.repeat(13));
export const benBoot = (counter: number): string => formatBoot(counter, 'b'.repeat(13));

export const emptySnapshot: PeerSnapshot = {
  contacts: [],
  heads: [],
  receipts: [],
  readMarks: [],
  clock: zeroHlc,
};

export const benAccepted: Contact = {
  id: ben.person,
  name: ben.name,
  person: ben.person,
  state: 'accepted',
  certificate: null,
  request: 1,
  changedAt: 0,
};

export class CoreStage {
  readonly #core: PeerCore;
  nowMs = 0;
  wallMs = 1_000_000;
  #seq = 0;
  #commands = 0;
  outputs: readonly PeerOutput[] = [];

  constructor(snapshot: Partial<PeerSnapshot> = {}, own: Partial<PeerConfig> = {}) {
    const config = { ...alice, certificate: 'certificate of alice', boot: aliceBoot, ...own };
    this.#core = new PeerCore(config, { ...emptySnapshot, ...snapshot }, seededRandom('stage'));
  }

  /** A stage on which Ben is a contact and the broker is reachable. */
  static withBen(snapshot: Partial<PeerSnapshot> = {}, own: Partial<PeerConfig> = {}): CoreStage {
    const stage = new CoreStage({ contacts: [benAccepted], ...snapshot }, own);
    stage.step({ kind: 'signalling', state: 'up' });
    return stage;
  }

  /** The same with an open link to Ben. */
  static linked(snapshot: Partial<PeerSnapshot> = {}, own: Partial<PeerConfig> = {}): CoreStage {
    const stage = CoreStage.withBen(snapshot, own);
    stage.presence({ online: true });
    stage.fromBen({ kind: 'offer', body: { toSession: null, number: 1, sdp: 'offer', certificate: '' } });
    stage.rtc({ kind: 'channel', state: 'open' });
    return stage;
  }

  step(input: PeerInput): readonly PeerOutput[] {
    this.outputs = this.#core.step(input, { monoMs: this.nowMs, wallMs: this.wallMs });
    const link = this.rtcOperations.at(-1)?.link;
    if (this.rtcOperations.some(({ operation }) => operation.kind === 'open') && link !== undefined)
      this.link = link;
    return this.outputs;
  }

  /** The link that was opened last. */
  link = '';

  command(command: Extract<PeerInput, { kind: 'command' }>['command']): readonly PeerOutput[] {
    this.#commands += 1;
    return this.step({ kind: 'command', id: `command ${this.#commands}`, command });
  }

  presence(changed: { online: boolean; counter?: number; connection?: number }): readonly PeerOutput[] {
    const { online, counter = 1, connection = 1 } = changed;
    const head = { v: 1, from: ben, boot: benBoot(counter), connection, online } as const;
    return this.step({ kind: 'presence', presence: { ...head, sentAt: 0, certificate: '' } });
  }

  /** An envelope of Ben's, right in everything that is not changed. */
  fromBen(content: EnvelopeBody, changed: Partial<Envelope> = {}): readonly PeerOutput[] {
    this.#seq += 1;
    const isContact = content.kind.startsWith('contact.');
    const head = {
      v: 1,
      from: ben,
      to: isContact ? { name: alice.name } : alice,
      boot: benBoot(1),
      toBoot: isContact ? null : aliceBoot,
      session: isContact ? '' : 'bensession',
      seq: this.#seq,
      sentAt: 0,
    } as const;
    return this.step({ kind: 'envelope', envelope: { ...head, ...content, ...changed } as Envelope });
  }

  rtc(event: Extract<PeerInput, { kind: 'rtc' }>['event'], link = this.link): readonly PeerOutput[] {
    return this.step({ kind: 'rtc', link, event });
  }

  have(vector: LogVector): readonly PeerOutput[] {
    return this.step({ kind: 'frame', link: this.link, frame: { kind: 'have', conversation, vector } });
  }

  entries(...entries: readonly VerifiedEntry[]): readonly PeerOutput[] {
    return this.step({ kind: 'frame', link: this.link, frame: { kind: 'entries', conversation, entries } });
  }

  /** Answers the seal that the last step asked for. */
  seal(): readonly PeerOutput[] {
    const seal = this.outputs.find((output) => output.kind === 'seal');
    if (seal === undefined) throw new Error('nothing was to be sealed');
    const { n, body } = seal.content;
    const record = { header: `header ${n}`, body };
    return this.step({ kind: 'sealed', id: seal.id, seal: { record, hash: `hash ${n}` } });
  }

  get notices(): readonly PeerNotice[] {
    return this.outputs.flatMap((output) => (output.kind === 'notify' ? [output.notice] : []));
  }

  get writes(): readonly PeerWrite[] {
    return this.outputs.flatMap((output) => (output.kind === 'persist' ? output.writes : []));
  }

  get signals(): readonly Envelope[] {
    return this.outputs.flatMap((output) => (output.kind === 'signal' ? [output.envelope] : []));
  }

  get frames() {
    return this.outputs.flatMap((output) => (output.kind === 'frame' ? [output.frame] : []));
  }

  get rtcOperations() {
    return this.outputs.flatMap((output) => (output.kind === 'rtc' ? [output] : []));
  }

  get reply() {
    return this.outputs.find((output) => output.kind === 'reply')?.result;
  }

  /** Codes of what was refused. */
  get refused(): readonly string[] {
    return this.notices.flatMap((notice) => (notice.kind === 'refused' ? [notice.code] : []));
  }

  timerAfterMs(name: string): number | undefined {
    const timer = this.outputs.findLast(
      (output) => output.kind === 'setTimer' && output.key.startsWith(`${name} `),
    );
    return timer?.kind === 'setTimer' ? timer.afterMs : undefined;
  }
}

/** An entry of Ben's log as a driver hands it over. */
export function benEntry(
  n: number,
  changed: Partial<VerifiedEntry['header']> & { hash?: string } = {},
): VerifiedEntry {
  const { hash = `ben ${n}`, ...header } = changed;
  const body = { kind: 'message', id: `${n}`, text: `message ${n}` } as const;
  return {
    record: { header: `header ${n}`, body: JSON.stringify(body) },
    header: {
      v: 1,
      conversation,
      person: ben.person,
      device: ben.device,
      n,
      prev: n === 1 ? '' : `ben ${n - 1}`,
      hlc: { ms: 1_000_000 + n, counter: 0 },
      bodyHash: '',
      ...header,
    },
    hash,
    body,
  };
}
