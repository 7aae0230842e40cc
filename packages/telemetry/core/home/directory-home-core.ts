/**
 * Which node is home of which edge, where the nodes share a directory: it has one home of each, in one order of changes.
 * Pure. Rules TH9… in SPEC.md.
 *
 *   heard, no home known ─▶ claimHome ─▶ the one that stands, ours or another's ─▶ kept, and said on the retained topic
 *
 * What the directory said is kept: homes that are known go on without it, and over a restart. An edge of which nothing is
 * known waits until it answers; its readings are kept in its outbox. What others say on the topic decides nothing.
 */
import type { Core, Now } from '@bothy/protocols';
import {
  type DirectoryResult,
  type EdgeHome,
  type EdgeId,
  type ErrorCode,
  homeHoldsOver,
  nodeIdPattern,
  topics,
} from '@bothy/wire';
import { type HomeErrand, HomeErrands } from './home-errands.ts';
import type { HomeConfig, HomeInput, HomeOutput } from './messages.ts';
import type { HomeRecord, HomeSnapshot, HomeWrite } from './records.ts';

const settleTimer = 'settle';
const againTimer = 'again';
/** The directory refuses after some seconds by itself. */
const againMs = 2_000;
/** Edges that wait for a home at a time, and moves by operators. */
const mostPending = 1_000;
const mostMoves = 100;
const nothing: readonly HomeOutput[] = Object.freeze([]);

type Input<Kind extends HomeInput['kind']> = Extract<HomeInput, { readonly kind: Kind }>;

export class DirectoryHomeCore implements Core<HomeInput, HomeOutput> {
  readonly #node: string;
  readonly #settleMs: number;
  readonly #mostEdges: number;
  readonly #homes: Map<EdgeId, HomeRecord>;
  readonly #errands = new HomeErrands();
  /** Taken out before this start, until the directory has said what it knows. */
  readonly #takenOut: Map<EdgeId, HomeRecord>;
  readonly #moves = new Map<string, Input<'move'>>();
  /** What the topic says of them was heard since the connection was made. */
  readonly #heardSince = new Set<EdgeId>();
  #refused = 0;
  #out: HomeOutput[] = [];

  constructor(
    { node, settleMs = 3_000, mostEdges = 10_000 }: HomeConfig,
    { homes }: HomeSnapshot = { homes: [] },
  ) {
    this.#node = node;
    this.#settleMs = settleMs;
    this.#mostEdges = mostEdges;
    const of = (isOut: boolean): Map<EdgeId, HomeRecord> =>
      new Map(homes.filter((home) => (home.forgotten === true) === isOut).map((home) => [home.edge, home]));
    this.#homes = of(false);
    this.#takenOut = of(true);
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
    for (const { id, command } of this.#errands.next()) this.#out.push({ kind: 'askDirectory', id, command });
    if (this.#out.length === 0) return nothing;
    const outputs = this.#out;
    this.#out = [];
    return outputs;
  }

  #take(input: HomeInput, now: Now): void {
    switch (input.kind) {
      case 'start':
      case 'connected':
        return this.#listen();
      case 'heard':
        return this.#heard(input.edge, now);
      case 'claim':
        return this.#saidByOthers(input.home);
      case 'claimGone':
        return this.isHome(input.edge) ? this.#sayAgain(input.edge) : undefined;
      case 'move':
        return this.#move(input, now);
      case 'forget':
        return this.#forget(input.edge);
      case 'directorySays':
        return this.#says(input, now);
      case 'directoryAnswered':
        return this.#answered(input);
      case 'timer':
        if (input.key === settleTimer) return this.#settled();
        if (input.key === againTimer) this.#errands.isPaused = false;
    }
  }

  // --- the topic ---------------------------------------------------------------

  #listen(): void {
    this.#heardSince.clear();
    if (this.#settleMs === 0) this.#settled();
    else this.#out.push({ kind: 'setTimer', key: settleTimer, afterMs: this.#settleMs });
  }

  /** What the broker does not have. */
  #settled(): void {
    for (const edge of this.#homes.keys()) if (!this.#heardSince.has(edge)) this.#sayAgain(edge);
  }

  /** Our own word that comes back, an older one that a broker kept, or a newer one that the directory will tell. */
  #saidByOthers(home: EdgeHome): void {
    const known = this.#homes.get(home.edge);
    if (known === undefined) return;
    if (homeHoldsOver(known, home)) this.#sayAgain(home.edge);
    else this.#heardSince.add(home.edge);
  }

  #sayAgain(edge: EdgeId): void {
    const known = this.#homes.get(edge);
    if (known === undefined) return;
    const { v, home, epoch, claimedMs } = known;
    const payload = JSON.stringify({ v, edge, home, epoch, claimedMs });
    this.#out.push({ kind: 'publish', topic: topics.edge(edge, 'home'), payload, qos: 1, retain: true });
  }

  // --- edges -------------------------------------------------------------------

  #heard(edge: EdgeId, { wallMs }: Now): void {
    if (this.#homes.has(edge) || this.#errands.has('claim', edge) || this.#takenOut.has(edge)) return;
    if (this.#homes.size >= this.#mostEdges)
      return this.#refuse(edge, `No room is left for the homes of more than ${this.#mostEdges} edges.`);
    if (this.#errands.size >= mostPending)
      return this.#refuse(edge, `${mostPending} edges wait until the directory says where they are at home.`);
    const command = { kind: 'claimHome', edge, node: this.#node, atMs: wallMs } as const;
    this.#errands.add({ kind: 'claim', edge, command });
  }

  #forget(edge: EdgeId): void {
    this.#errands.settle(edge);
    this.#errands.add({ kind: 'forget', edge, command: { kind: 'forgetHome', edge } });
    const known = this.#homes.get(edge);
    if (known === undefined) return;
    // The directory may be out of reach for longer than this start lasts.
    this.#drop(edge, { kind: 'putHome', home: { ...known, forgotten: true } });
    this.#out.push({ kind: 'publish', topic: topics.edge(edge, 'home'), payload: '', qos: 1, retain: true });
  }

  #move(input: Input<'move'>, { wallMs }: Now): void {
    const { id, edge, to } = input;
    const known = this.#homes.get(edge);
    if (known === undefined) return this.#refuseMove(id, 'not_found', `No node is home of ${edge}.`);
    if (!nodeIdPattern.test(to)) return this.#refuseMove(id, 'bad_request', 'That is not the id of a node.');
    if (known.home === to) return this.#moved(id, known);
    if (this.#moves.size >= mostMoves)
      return this.#refuseMove(
        id,
        'rate_limited',
        `${mostMoves} edges are being moved. Try again in a moment.`,
      );
    this.#moves.set(id, input);
    const command = { kind: 'moveHome', edge, to, epoch: known.epoch, atMs: wallMs } as const;
    this.#out.push({ kind: 'askDirectory', id: `move ${id}`, command });
  }

  // --- the directory -----------------------------------------------------------

  #says({ whole, homes, gone }: Input<'directorySays'>, { wallMs }: Now): void {
    const named = new Set<EdgeId>();
    if (whole) this.#takeOutAgain(homes);
    for (const home of homes) {
      named.add(home.edge);
      const known = this.#homes.get(home.edge);
      // What it said before it has not caught up with yet, or it is another directory by now: it is asked.
      if (known?.agreed === true && isOlder(home, known)) this.#check(known, wallMs);
      else this.#put(home, home.home === this.#node);
    }
    for (const edge of gone) this.#gone(edge);
    if (!whole) return;
    for (const known of this.#homes.values()) {
      const { edge, home, claimedMs, agreed } = known;
      if (named.has(edge)) continue;
      // What is older than the directory is told to it.
      const claim = { kind: 'claimHome', edge, node: home, atMs: claimedMs } as const;
      if (agreed === true) this.#check(known, wallMs);
      else this.#errands.add({ kind: 'claim', edge, command: claim });
    }
  }

  /**
   * The directory said so before, and a start may know a little less than the start before did: it is asked. A move to where
   * it is changes nothing, and makes no home of none.
   */
  #check({ edge, home, epoch }: EdgeHome, wallMs: number): void {
    const command = { kind: 'moveHome', edge, to: home, epoch, atMs: wallMs } as const;
    this.#errands.add({ kind: 'check', edge, command });
  }

  /** What the start before could not be done with, unless somebody has claimed the edge since. */
  #takeOutAgain(homes: readonly EdgeHome[]): void {
    for (const home of homes) {
      const known = this.#takenOut.get(home.edge);
      if (known !== undefined && isClaimedSince(home, known)) this.#takenOut.delete(home.edge);
    }
    for (const edge of this.#takenOut.keys())
      this.#errands.add({ kind: 'forget', edge, command: { kind: 'forgetHome', edge } });
    this.#takenOut.clear();
  }

  #answered({ id, result }: Input<'directoryAnswered'>): void {
    const errand = this.#errands.answered(id);
    if (errand !== undefined && !result.ok) return this.#pause();
    if (errand !== undefined && result.ok) return this.#done(errand, result.result);
    const move = id.startsWith('move ') ? this.#moves.get(id.slice(5)) : undefined;
    if (move === undefined) return;
    this.#moves.delete(move.id);
    if (result.ok) return this.#moveDone(move, result.result);
    const may = result.mayHappen ? ' It may still be moved: look again in a moment.' : '';
    this.#refuseMove(move.id, result.code, `${result.message}${may}`);
  }

  #done({ kind, edge }: HomeErrand, result: DirectoryResult): void {
    if (result.kind === 'full') {
      this.#refuse(edge, result.sentence);
      return this.#pause();
    }
    this.#errands.remove(kind, edge);
    if (kind === 'forget') this.#out.push({ kind: 'persist', writes: [{ kind: 'deleteHome', edge }] });
    if (result.kind !== 'home' && result.kind !== 'homeMoved') return;
    if (result.home === null) this.#gone(edge);
    else this.#put(result.home, result.home.home === this.#node);
  }

  #moveDone({ id, edge, to }: Input<'move'>, result: DirectoryResult): void {
    if (result.kind === 'full') return this.#refuseMove(id, 'limit_reached', result.sentence);
    const home = result.kind === 'home' || result.kind === 'homeMoved' ? result.home : null;
    if (home === null) {
      this.#gone(edge);
      return this.#refuseMove(id, 'not_found', `No node is home of ${edge}.`);
    }
    // Whoever gets it may be away, and says nothing.
    this.#put(home, true);
    if (home.home === to) return this.#moved(id, home);
    this.#refuseMove(
      id,
      'bad_request',
      `${edge} was moved to ${home.home} meanwhile. Look again, and move it from there.`,
    );
  }

  #put(home: EdgeHome, isSaid: boolean): void {
    const { edge } = home;
    if (this.#errands.has('forget', edge) || this.#takenOut.has(edge)) return;
    this.#errands.settle(edge);
    const known = this.#homes.get(edge);
    const isSame =
      known?.home === home.home && known.epoch === home.epoch && known.claimedMs === home.claimedMs;
    if (isSame && known.agreed === true) return;
    const wasOurs = known?.home === this.#node;
    const record: HomeRecord = { ...home, agreed: true };
    this.#homes.set(edge, record);
    this.#out.push({ kind: 'persist', writes: [{ kind: 'putHome', home: record }] });
    if (isSame) return;
    this.#heardSince.delete(edge);
    if (isSaid) this.#sayAgain(edge);
    const isOurs = home.home === this.#node;
    if (isOurs && !wasOurs) this.#out.push({ kind: 'gained', edge });
    // Also for one that was new here: what was kept until it is decided is decided.
    const was = wasOurs ? { wasEpoch: known.epoch } : {};
    if (!isOurs) this.#out.push({ kind: 'lost', edge, home: home.home, ...was });
  }

  /** It has no home until it is heard again. */
  #gone(edge: EdgeId): void {
    this.#errands.remove('check', edge);
    if (this.#homes.has(edge)) this.#drop(edge);
  }

  #drop(edge: EdgeId, write: HomeWrite = { kind: 'deleteHome', edge }): void {
    const wasOurs = this.isHome(edge);
    this.#homes.delete(edge);
    this.#heardSince.delete(edge);
    this.#out.push({ kind: 'persist', writes: [write] });
    if (wasOurs) this.#out.push({ kind: 'lost', edge, home: null });
  }

  #pause(): void {
    if (!this.#errands.isPaused) this.#out.push({ kind: 'setTimer', key: againTimer, afterMs: againMs });
    this.#errands.isPaused = true;
  }

  #moved(id: string, { v, edge, home, epoch, claimedMs }: EdgeHome): void {
    this.#out.push({ kind: 'answer', id, result: { ok: true, home: { v, edge, home, epoch, claimedMs } } });
  }

  #refuseMove(id: string, code: ErrorCode, message: string): void {
    this.#out.push({ kind: 'answer', id, result: { ok: false, code, message } });
  }

  #refuse(edge: EdgeId, sentence: string): void {
    this.#refused += 1;
    if (this.#refused !== 1 && this.#refused % 1_000 !== 0) return;
    this.#out.push({ kind: 'refused', edge, count: this.#refused, sentence });
  }
}

function isOlder(home: EdgeHome, known: EdgeHome): boolean {
  return home.epoch < known.epoch && !isClaimedSince(home, known);
}

/** A move counts on; only an edge without a home begins to count again. */
function isClaimedSince(home: EdgeHome, known: EdgeHome): boolean {
  return home.epoch <= known.epoch && home.claimedMs > known.claimedMs;
}
