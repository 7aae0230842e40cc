/**
 * Which node is home of which edge, where the nodes share a broker and nothing else: a home alone stores readings and keeps
 * alarms. Pure. Rules TH1… in SPEC.md. Nodes that share a directory ask that (`DirectoryHomeCore`).
 *
 * There is no election: the node that an edge speaks to first claims it, on a retained topic that all nodes hear. Of two
 * claims one holds by itself (`homeHoldsOver`), so nodes that heard the same claims agree, in whatever order they came. A home
 * that is away stays the home: its edge keeps its readings.
 */
import type { Core, Now } from '@bothy/protocols';
import { type EdgeHome, type EdgeId, homeHoldsOver, nodeIdPattern, topics } from '@bothy/wire';
import type { HomeConfig, HomeInput, HomeOutput } from './messages.ts';
import type { HomeSnapshot } from './records.ts';

const settleTimer = 'settle';
/** Of edges that are heard before the claims of others can be known. */
const mostPending = 1_000;
const nothing: readonly HomeOutput[] = Object.freeze([]);

export class HomeCore implements Core<HomeInput, HomeOutput> {
  readonly #node: string;
  readonly #settleMs: number;
  readonly #mostEdges: number;
  readonly #homes: Map<EdgeId, EdgeHome>;
  readonly #pending = new Set<EdgeId>();
  /** Whose claim was heard, as we know it, since the connection was made. */
  readonly #heardSince = new Set<EdgeId>();
  #isSettled = false;
  #refused = 0;
  #out: HomeOutput[] = [];

  constructor(
    { node, settleMs = 3_000, mostEdges = 10_000 }: HomeConfig,
    { homes }: HomeSnapshot = { homes: [] },
  ) {
    this.#node = node;
    this.#settleMs = settleMs;
    this.#mostEdges = mostEdges;
    const known = homes.filter(({ forgotten }) => forgotten !== true);
    this.#homes = new Map(known.map((home) => [home.edge, home]));
  }

  isHome(edge: EdgeId): boolean {
    return this.#homes.get(edge)?.home === this.#node;
  }

  /** Undefined: nobody is known to be. */
  homeOf(edge: EdgeId): EdgeHome | undefined {
    return this.#homes.get(edge);
  }

  homes(): readonly EdgeHome[] {
    return [...this.#homes.values()];
  }

  step(input: HomeInput, now: Now): readonly HomeOutput[] {
    this.#take(input, now);
    if (this.#out.length === 0) return nothing;
    const outputs = this.#out;
    this.#out = [];
    return outputs;
  }

  #take(input: HomeInput, now: Now): void {
    switch (input.kind) {
      case 'start':
      case 'connected':
        return this.#listen(now);
      case 'heard':
        return this.#heard(input.edge, now);
      case 'claim':
        return this.#claim(input.home);
      case 'claimGone':
        return this.#claimGone(input.edge);
      case 'move':
        return this.#move(input, now);
      case 'forget':
        return this.#forget(input.edge);
      case 'directorySays':
      case 'directoryAnswered':
        // Nobody asked one.
        return;
      case 'timer':
        return input.key === settleTimer ? this.#settled(now) : undefined;
    }
  }

  /** The broker says what it has retained, and other nodes what they know. */
  #listen(now: Now): void {
    this.#heardSince.clear();
    if (this.#settleMs === 0) this.#settled(now);
    else this.#out.push({ kind: 'setTimer', key: settleTimer, afterMs: this.#settleMs });
  }

  #settled(now: Now): void {
    this.#isSettled = true;
    // The broker lost it, or it never had it: our word, or a move that was said without a connection.
    for (const home of this.#homes.values()) if (!this.#heardSince.has(home.edge)) this.#say(home);
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const edge of pending) this.#heard(edge, now);
  }

  #heard(edge: EdgeId, now: Now): void {
    if (this.#homes.has(edge)) return;
    if (!this.#isSettled) {
      if (this.#pending.size < mostPending) this.#pending.add(edge);
      return;
    }
    if (this.#hasRoom(edge))
      this.#put({ v: 1, edge, home: this.#node, epoch: 1, claimedMs: now.wallMs }, true);
  }

  #claim(home: EdgeHome): void {
    const known = this.#homes.get(home.edge);
    if (known === undefined) {
      if (this.#hasRoom(home.edge)) this.#put(home, false);
      return;
    }
    if (homeHoldsOver(home, known)) return this.#put(home, false);
    // What the broker keeps now is a claim that does not hold: the one that does has to be heard by who comes later.
    if (homeHoldsOver(known, home)) this.#say(known);
    else this.#heardSince.add(home.edge);
  }

  #claimGone(edge: EdgeId): void {
    const known = this.#homes.get(edge);
    if (known === undefined) return;
    if (known.home === this.#node) return this.#say(known);
    this.#homes.delete(edge);
    this.#heardSince.delete(edge);
    this.#out.push({ kind: 'persist', writes: [{ kind: 'deleteHome', edge }] });
  }

  #move({ id, edge, to }: Extract<HomeInput, { kind: 'move' }>, now: Now): void {
    const known = this.#homes.get(edge);
    const refuse = (code: 'not_found' | 'bad_request' | 'limit_reached', message: string): void => {
      this.#out.push({ kind: 'answer', id, result: { ok: false, code, message } });
    };
    if (known === undefined) return refuse('not_found', `No node is home of ${edge}.`);
    if (!nodeIdPattern.test(to)) return refuse('bad_request', 'That is not the id of a node.');
    if (known.epoch >= Number.MAX_SAFE_INTEGER)
      return refuse('limit_reached', `${edge} was moved too often.`);
    const isThere = known.home === to;
    const home = isThere
      ? known
      : { v: 1 as const, edge, home: to, epoch: known.epoch + 1, claimedMs: now.wallMs };
    if (!isThere) this.#put(home, true);
    this.#out.push({ kind: 'answer', id, result: { ok: true, home } });
  }

  #forget(edge: EdgeId): void {
    const known = this.#homes.get(edge);
    this.#pending.delete(edge);
    if (known === undefined) return;
    this.#homes.delete(edge);
    this.#out.push({ kind: 'persist', writes: [{ kind: 'deleteHome', edge }] });
    this.#out.push({ kind: 'publish', topic: topics.edge(edge, 'home'), payload: '', qos: 1, retain: true });
    if (known.home === this.#node) this.#out.push({ kind: 'lost', edge, home: null });
  }

  #put(home: EdgeHome, isOurWord: boolean): void {
    const { edge } = home;
    const known = this.#homes.get(edge);
    const wasOurs = known?.home === this.#node;
    this.#homes.set(edge, home);
    this.#heardSince.delete(edge);
    this.#pending.delete(edge);
    this.#out.push({ kind: 'persist', writes: [{ kind: 'putHome', home }] });
    if (isOurWord) this.#say(home);
    else this.#heardSince.add(edge);
    const isOurs = home.home === this.#node;
    if (isOurs && !wasOurs) this.#out.push({ kind: 'gained', edge });
    // Also for one that was new here: what was kept until it is decided is decided.
    const was = wasOurs ? { wasEpoch: known.epoch } : {};
    if (!isOurs) this.#out.push({ kind: 'lost', edge, home: home.home, ...was });
  }

  #say(home: EdgeHome): void {
    const topic = topics.edge(home.edge, 'home');
    this.#out.push({ kind: 'publish', topic, payload: JSON.stringify(home), qos: 1, retain: true });
  }

  #hasRoom(edge: EdgeId): boolean {
    if (this.#homes.size < this.#mostEdges) return true;
    this.#refused += 1;
    if (this.#refused === 1 || this.#refused % 1_000 === 0) {
      const sentence = `No room is left for the homes of more than ${this.#mostEdges} edges.`;
      this.#out.push({ kind: 'refused', edge, count: this.#refused, sentence });
    }
    return false;
  }
}
