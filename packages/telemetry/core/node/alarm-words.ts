/**
 * What is said on `edge/<id>/alarms`, by this node and by others, and who takes over what. Rules TN6, TN7, TN10 in SPEC.md.
 *
 *   ours ──lost──▶ last word, said and kept here ┐
 *   another's ──said──▶ kept here, shown         ├──▶ gained: adopted ──▶ our word
 *                                     said late ─┘
 */
import type { Now } from '@bothy/protocols';
import type { Alarm, EdgeAlarms, EdgeHome, EdgeId } from '@bothy/wire';
import { Adoptions } from './adoptions.ts';
import type { ForeignAlarms } from './foreign-alarms.ts';
import type { NodeOutput } from './messages.ts';
import { alarmsPublish } from './own-words.ts';

/** What an edge's alarms have become within so long is said together. */
const alarmsMs = 100;
const ownTimer = 'saidAlarms ';
const adoptionTimer = 'adoptions';

export interface AlarmWordsOptions {
  readonly node: string;
  readonly homeOf: (edge: EdgeId) => EdgeHome | undefined;
  readonly openOf: (edge: EdgeId) => readonly Alarm[];
  readonly foreign: ForeignAlarms;
  readonly say: (output: NodeOutput) => void;
  /** Alarms of an edge of ours, which came after it. */
  readonly adopt: (edge: EdgeId, alarms: readonly Alarm[], now: Now) => void;
}

export class AlarmWords {
  readonly #options: AlarmWordsOptions;
  readonly #adoptions = new Adoptions();
  /** Of whose alarms something is to be said in a moment. */
  readonly #unsaid = new Set<EdgeId>();

  constructor(options: AlarmWordsOptions) {
    this.#options = options;
  }

  start(monoMs: number): void {
    this.#adoptions.start(monoMs);
  }

  /** False: it is not ours. */
  timer(key: string, now: Now): boolean {
    if (key === adoptionTimer) this.#missed();
    else if (key.startsWith(ownTimer)) this.#speak(key.slice(ownTimer.length), now);
    else return false;
    return true;
  }

  heard(said: EdgeAlarms, now: Now): void {
    const { node, homeOf, foreign, adopt } = this.#options;
    const { edge, home, epoch = 0 } = said;
    const known = homeOf(edge);
    const isOurWord = home === node;
    if (known?.home !== node) {
      // Our own is that of an earlier home, or comes back from before the edge was taken out.
      const isEarlier = known !== undefined && epoch > 0 && epoch < known.epoch;
      if (!isOurWord || isEarlier) this.#show(foreign.take(said, known?.home === home));
      return;
    }
    if (isOurWord && (epoch === 0 || epoch === known.epoch)) {
      foreign.drop(edge, known.epoch);
      return this.#adoptions.saidBefore(edge);
    }
    if (epoch >= known.epoch) {
      // Of a later home its claim will tell, or the directory: then it is what is shown.
      foreign.take(said, false);
      // Both claimed the edge at once. If it was ours all along, the broker keeps the wrong word.
      if (epoch === known.epoch && this.#adoptions.mayPutRight(edge)) this.changed(edge);
      return;
    }
    // The broker has kept that word in the place of ours.
    this.changed(edge);
    if (this.#adoptions.takes(edge, epoch)) adopt(edge, said.alarms, now);
  }

  /** This node is its home: what is known of its alarms. */
  gained(edge: EdgeId, now: Now): readonly Alarm[] {
    const { homeOf, foreign } = this.#options;
    const said = foreign.release(edge);
    this.#adoptions.came(edge, said?.epoch);
    const home = homeOf(edge);
    const waitMs = home === undefined ? 0 : this.#adoptions.waitMs(home, now.monoMs);
    if (said === undefined && waitMs > 0) {
      this.#adoptions.seek(edge);
      this.#options.say({ kind: 'setTimer', key: adoptionTimer, afterMs: waitMs });
    }
    return said?.alarms ?? [];
  }

  /**
   * Before its alarms are released: another node is its home, and this one was, under that epoch. The new one may be off, or
   * may not have heard what changed just now: this word waits for it at the brokers, and here.
   */
  lost(edge: EdgeId, wasEpoch: number, { monoMs }: Now): void {
    const { node: home, homeOf, openOf, foreign, say } = this.#options;
    // It was never ours: of two claims that were made at once the other one holds, and its home has heard the same.
    if ((homeOf(edge)?.epoch ?? 0) <= wasEpoch) return;
    const open = openOf(edge);
    // Who was home for a moment, and never heard of the home before, knows no more than the word that it took.
    const isWaiting = this.#adoptions.waitMs({ edge, epoch: wasEpoch }, monoMs) > 0;
    const taken = this.#adoptions.takenOf(edge);
    if (isWaiting && taken === undefined && open.length === 0) return;
    const epoch = isWaiting ? taken || wasEpoch : wasEpoch;
    if (open.length > 0 || this.#unsaid.has(edge)) say(alarmsPublish({ edge, home, epoch }, open));
    foreign.take({ v: 1, edge, home, epoch, alarms: open }, false);
  }

  /** After they were released: they are shown as those of another node. */
  released(edge: EdgeId): void {
    this.#adoptions.forget(edge);
    this.#unsaid.delete(edge);
    this.#show(this.#options.foreign.of(edge));
  }

  /** Nobody is its home. */
  gone(edge: EdgeId): void {
    this.#options.foreign.release(edge);
    this.#adoptions.forget(edge);
  }

  /** To be said. */
  changed(edge: EdgeId): void {
    this.#unsaid.add(edge);
    this.#options.say({ kind: 'setTimer', key: ownTimer + edge, afterMs: alarmsMs });
  }

  #speak(edge: EdgeId, now: Now): void {
    const { node, homeOf, openOf, say } = this.#options;
    const home = homeOf(edge);
    const waitMs = home === undefined ? 0 : this.#adoptions.waitMs(home, now.monoMs);
    if (home?.home === node && waitMs > 0)
      return say({ kind: 'setTimer', key: ownTimer + edge, afterMs: waitMs });
    this.#unsaid.delete(edge);
    if (home?.home === node) say(alarmsPublish(home, openOf(edge)));
  }

  #missed(): void {
    const edges = this.#adoptions.missed();
    if (edges.length > 0) this.#options.say({ kind: 'unadopted', edges });
  }

  #show(alarms: readonly Alarm[]): void {
    for (const alarm of alarms) this.#options.say({ kind: 'alarmChanged', alarm });
  }
}
