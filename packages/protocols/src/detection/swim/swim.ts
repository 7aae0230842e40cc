/**
 * SWIM: who is in a group, known by all of them at a cost for each that does not grow with the group (Das, Gupta,
 * Motivala: "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol", DSN 2002), with the
 * extensions of Lifeguard (Dadgar, Phillips, Currey, 2018). Rules SW1… in SPEC.md.
 *
 *            ping ──▶ B          no answer: through others            none at the end of the period
 *   A ──────┤                A ──ping request──▶ C, D ──ping──▶ B     A: B is suspected ──not refuted──▶ dead
 *            ◀── ack           ◀─────ack──────── C ◀────ack───         B: alive, of a higher incarnation
 *
 * Every message carries words about members, each a bounded number of times.
 */
import type { Core, Now } from '../../core.ts';
import type { Random } from '../../random.ts';
import { SwimGossip } from './swim-gossip.ts';
import { isIn, SwimMembers } from './swim-members.ts';
import type {
  SwimInput,
  SwimMember,
  SwimMessage,
  SwimOutput,
  SwimStatus,
  SwimUpdate,
} from './swim-messages.ts';
import {
  decades,
  maxIncarnation,
  type SwimOptions,
  type SwimSettings,
  swimSettings,
} from './swim-options.ts';
import { SwimProbes } from './swim-probes.ts';
import { SwimSuspicions } from './swim-suspicions.ts';

type Content = SwimMessage extends infer Each
  ? Each extends SwimMessage
    ? Omit<Each, 'incarnation' | 'updates'>
    : never
  : never;

/** Lifeguard: how much we doubt ourselves at most; periods and timeouts are one more than this times as long. */
const mostDoubt = 8;

export class Swim implements Core<SwimInput, SwimOutput> {
  readonly #settings: SwimSettings;
  readonly #members: SwimMembers;
  readonly #gossip = new SwimGossip();
  readonly #suspicions: SwimSuspicions;
  readonly #probes: SwimProbes;
  #incarnation: number;
  /** Lifeguard's local health: 0 is well. */
  #doubt = 0;
  #periods = 0;
  #state: 'new' | 'running' | 'left' = 'new';
  #outputs: SwimOutput[] = [];
  #nowMs = 0;

  /** Throws a RangeError for options out of their range. */
  constructor(options: SwimOptions, random: Random) {
    this.#settings = swimSettings(options);
    this.#members = new SwimMembers(this.#settings.maxMembers);
    this.#suspicions = new SwimSuspicions(this.#settings);
    this.#probes = new SwimProbes(random);
    this.#incarnation = this.#settings.incarnation;
  }

  step(input: SwimInput, now: Now): readonly SwimOutput[] {
    this.#outputs = [];
    this.#nowMs = now.monoMs;
    if (this.#state !== 'left') this.#take(input);
    return this.#outputs;
  }

  /** What is known of somebody else; undefined when nothing is. */
  statusOf(member: SwimMember): SwimStatus | undefined {
    return this.#members.get(member)?.status;
  }

  /** In the group as far as is known, without ourselves, sorted. */
  get members(): readonly SwimMember[] {
    return this.#members.of('alive', 'suspect');
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** From 0 to 8: how much slower we are, in whole multiples, than we should be. */
  get doubt(): number {
    return this.#doubt;
  }

  #take(input: SwimInput): void {
    switch (input.kind) {
      case 'start':
        if (this.#state === 'running') return;
        this.#state = 'running';
        // Not all at the same moment, when many start at once.
        return this.#setTimer('period', this.#settings.periodMs * (this.#probes.random.next() * 0.9 + 0.1));
      case 'timer':
        return this.#timerFired(input.key);
      case 'message':
        if (input.from !== this.#settings.self) this.#heard(input.from, input.message);
        return;
      case 'meet': {
        if (input.member === this.#settings.self) return;
        const known = this.#members.get(input.member);
        if (known === undefined || !isIn(known)) this.#send(input.member, { kind: 'sync' });
        return;
      }
      case 'leave':
        return this.#leave();
      case 'forget':
        return this.#forget(input.member);
    }
  }

  // --- probing ------------------------------------------------------------

  #timerFired(key: string): void {
    const at = key.indexOf(' ');
    const [kind, rest] = at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
    if (kind === 'period') this.#periodBegins();
    else if (kind === 'direct') this.#askOthers();
    else if (kind === 'relay') this.#giveUpRelay(Number(rest));
    else if (kind === 'suspect') this.#suspicionEnds(rest);
    else if (kind === 'forget') {
      const known = this.#members.get(rest);
      if (known !== undefined && !isIn(known)) this.#forget(rest);
    }
  }

  #periodBegins(): void {
    this.#conclude();
    this.#periods += 1;
    const slower = this.#doubt + 1;
    this.#setTimer('period', this.#settings.periodMs * slower);
    if (this.#periods % this.#settings.syncPeriods === 0) this.#compareAll();
    const probe = this.#probes.next(this.members);
    if (probe === null) return;
    this.#send(probe.member, { kind: 'ping', seq: probe.seq });
    this.#setTimer('direct', this.#settings.pingTimeoutMs * slower);
  }

  /** The period is over: who was reached neither way is suspected. */
  #conclude(): void {
    const probe = this.#probes.current;
    if (probe === null) return;
    const { member, outcome, asked, wereAsked } = probe;
    const known = this.#members.get(member);
    if (known === undefined || !isIn(known)) return;
    this.#outputs.push({ kind: 'probed', member, outcome });
    if (outcome !== 'none') return this.#doubtMore(-1);
    // Those that say that they tried show that we hear; those that do not speak against us.
    this.#doubtMore(wereAsked ? asked.size : 1);
    this.#apply({ member, incarnation: known.incarnation, status: 'suspect', by: this.#settings.self });
  }

  /** No answer so far: maybe the path between us is to blame. */
  #askOthers(): void {
    const probe = this.#probes.current;
    if (probe === null || probe.outcome !== 'none') return;
    const others = this.members.filter((member) => member !== probe.member);
    for (const other of this.#probes.shuffled(others).slice(0, this.#settings.indirect)) {
      probe.asked.add(other);
      probe.wereAsked = true;
      this.#send(other, { kind: 'pingRequest', seq: probe.seq, target: probe.member });
    }
  }

  #acked(from: SwimMember, seq: number): void {
    const relay = this.#probes.endRelay(seq, from);
    if (relay !== undefined) {
      this.#clearTimer(`relay ${relay.seq}`);
      return this.#send(relay.origin, { kind: 'ack', seq: relay.originSeq });
    }
    const probe = this.#probes.current;
    if (probe === null || probe.seq !== seq) return;
    if (from === probe.member) probe.outcome = 'direct';
    else if (probe.asked.delete(from) && probe.outcome === 'none') probe.outcome = 'indirect';
  }

  #relayFor(origin: SwimMember, originSeq: number, target: SwimMember): void {
    if (target === this.#settings.self) return this.#send(origin, { kind: 'ack', seq: originSeq });
    const { relay, dropped } = this.#probes.relay(origin, originSeq, target);
    if (dropped !== undefined) this.#clearTimer(`relay ${dropped.seq}`);
    this.#send(target, { kind: 'ping', seq: relay.seq });
    this.#setTimer(`relay ${relay.seq}`, this.#settings.pingTimeoutMs);
  }

  #giveUpRelay(seq: number): void {
    const relay = this.#probes.endRelay(seq);
    if (relay !== undefined) this.#send(relay.origin, { kind: 'nack', seq: relay.originSeq });
  }

  /** Of all that is known, with one member; every second time with one that is gone, for it may be back. */
  #compareAll(): void {
    const gone = this.#members.of('dead');
    const isForGone = (this.#periods / this.#settings.syncPeriods) % 2 === 1;
    const from = isForGone && gone.length > 0 ? gone : this.members;
    const [member] = this.#probes.shuffled(from);
    if (member !== undefined) this.#send(member, { kind: 'sync' });
  }

  // --- what is heard --------------------------------------------------------

  #heard(from: SwimMember, message: SwimMessage): void {
    const { incarnation, updates } = message;
    if (message.kind !== 'leave') this.#apply({ member: from, incarnation, status: 'alive' });
    const isWhole = message.kind === 'sync' || message.kind === 'state';
    for (const update of updates.slice(0, this.#settings.maxMembers + 1)) {
      this.#apply(isWhole ? this.#doubted(update) : update, from);
    }
    switch (message.kind) {
      case 'ping':
        return this.#send(from, { kind: 'ack', seq: message.seq });
      case 'ack':
        return this.#acked(from, message.seq);
      case 'pingRequest':
        return this.#relayFor(from, message.seq, message.target);
      case 'nack':
        if (this.#probes.current?.seq === message.seq) this.#probes.current.asked.delete(from);
        return;
      case 'sync':
        return this.#send(from, { kind: 'state' });
      case 'state':
        return;
      case 'leave':
        return this.#apply({ member: from, incarnation, status: 'left' });
    }
  }

  /**
   * After a partition each half holds the other for dead, and says so with all that it knows. Somebody whom we hear is
   * not dead by that alone: they get the time to say otherwise.
   */
  #doubted(update: SwimUpdate): SwimUpdate {
    const known = this.#members.get(update.member);
    const isNews = update.status === 'dead' && known !== undefined && isIn(known);
    return isNews ? { ...update, status: 'suspect' } : update;
  }

  #apply(update: SwimUpdate, from: SwimMember = this.#settings.self): void {
    const { member, incarnation, status, by = from } = update;
    if (member === this.#settings.self) return this.#heardOfUs(update);
    const before = this.#members.get(member);
    if (status === 'suspect' && before?.status === 'suspect' && before.incarnation === incarnation) {
      const endMs = this.#suspicions.confirm(member, by, this.#size);
      if (endMs === undefined) return;
      this.#gossip.add({ member, incarnation, status, by });
      return this.#setTimer(`suspect ${member}`, Math.max(0, endMs - this.#nowMs));
    }
    if (!this.#members.take(update)) return;
    this.#gossip.add(
      status === 'suspect' ? { member, incarnation, status, by } : { member, incarnation, status },
    );
    if (this.#suspicions.end(member)) this.#clearTimer(`suspect ${member}`);
    if (status === 'suspect') {
      const endMs = this.#suspicions.begin(member, by, this.#nowMs, this.#size);
      this.#setTimer(`suspect ${member}`, endMs - this.#nowMs);
    }
    const wasIn = before !== undefined && isIn(before);
    if (isIn(update) && !wasIn) {
      this.#probes.add(member);
      if (before !== undefined) this.#clearTimer(`forget ${member}`);
    }
    if (!isIn(update)) this.#setTimer(`forget ${member}`, this.#settings.forgetAfterMs);
    if (before?.status !== status) this.#outputs.push({ kind: 'changed', member, status, incarnation });
  }

  /** Only we raise our incarnation: whoever is suspected or held for gone, and hears it, says otherwise. */
  #heardOfUs({ incarnation, status }: SwimUpdate): void {
    const isCount = Number.isInteger(incarnation) && incarnation >= 0 && incarnation < maxIncarnation;
    if (!isCount || incarnation < this.#incarnation) return;
    // A word of an earlier start of ours: what we say next has to count for more.
    this.#incarnation = incarnation;
    if (status === 'alive') return;
    this.#incarnation += 1;
    this.#doubtMore(1);
    const { self } = this.#settings;
    this.#gossip.add({ member: self, incarnation: this.#incarnation, status: 'alive' });
  }

  #suspicionEnds(member: SwimMember): void {
    const known = this.#members.get(member);
    if (known?.status === 'suspect') this.#apply({ ...known, member, status: 'dead' });
  }

  // --- coming, going and telling --------------------------------------------

  #leave(): void {
    const { self } = this.#settings;
    const incarnation = this.#incarnation;
    this.#gossip.add({ member: self, incarnation, status: 'left' });
    for (const member of this.#probes.shuffled(this.members).slice(0, this.#mostSent)) {
      this.#send(member, { kind: 'leave' });
    }
    for (const timer of ['period', 'direct']) this.#clearTimer(timer);
    this.#state = 'left';
  }

  #forget(member: SwimMember): void {
    if (!this.#members.forget(member)) return;
    this.#gossip.forget(member);
    if (this.#suspicions.end(member)) this.#clearTimer(`suspect ${member}`);
    this.#clearTimer(`forget ${member}`);
  }

  /** What is held against the receiver goes first, so that it can contradict (Lifeguard's buddy system). */
  #send(to: SwimMember, content: Content): void {
    const { maxUpdates } = this.#settings;
    const known = this.#members.get(to);
    const against = known === undefined || known.status === 'alive' ? [] : [{ member: to, ...known }];
    const isWhole = content.kind === 'sync' || content.kind === 'state';
    const updates = isWhole
      ? this.#members.updates()
      : [...against, ...this.#gossip.take(maxUpdates - against.length, this.#mostSent, to)];
    this.#outputs.push({
      kind: 'send',
      to,
      message: { ...content, incarnation: this.#incarnation, updates },
    });
  }

  #doubtMore(by: number): void {
    if (this.#settings.lifeguard) this.#doubt = Math.min(mostDoubt, Math.max(0, this.#doubt + by));
  }

  get #size(): number {
    return this.#members.inGroup + 1;
  }

  get #mostSent(): number {
    return Math.ceil(this.#settings.retransmits * decades(this.#size));
  }

  #setTimer(key: string, afterMs: number): void {
    this.#outputs.push({ kind: 'setTimer', key, afterMs });
  }

  #clearTimer(key: string): void {
    this.#outputs.push({ kind: 'clearTimer', key });
  }
}
