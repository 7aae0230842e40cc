/**
 * Names on all nodes (design, section 5; rules NM1… in SPEC.md). A claim asks every node of the cluster: it is bound when
 * all have granted it, taken when one says so, and provisional when one could not be asked. Nodes that meet exchange what
 * they know; two claims that met nobody in between are a conflict, which is kept and shown until an operator decides.
 */
import { HybridLogicalClock } from '@bothy/protocols';
import {
  BothyError,
  type Certificate,
  claimedAfter,
  compareBallots,
  mergeRecords,
  type Name,
  type NameAnswer,
  type NameClaim,
  type NameQuestion,
  type NameRecord,
  type NodeId,
  nameBuckets,
  nameRecordsPerMessage,
  ownerOf,
  type PersonId,
} from '@bothy/wire';
import type { ClaimResult, NameDirectory } from '../name-directory.ts';
import type { ClaimTerms, LocalNames, OwnerChange } from './local-names.ts';
import { NameReservations } from './name-reservations.ts';

/** The other nodes of the cluster. */
export interface NamePeers {
  /**
   * All but this one, and but those that an operator had forgotten; whether they can be reached or not. Undefined while
   * that is not known, such as at a start: then every claim is provisional.
   */
  known(): readonly NodeId[] | undefined;
  /** Asks one. Undefined: it is not reachable, or did not answer in time. Does not reject. */
  ask(node: NodeId, question: NameQuestion): Promise<NameAnswer | undefined>;
}

export interface ClusterNamesOptions<Local extends LocalNames> {
  readonly node: NodeId;
  readonly local: Local;
  readonly peers: NamePeers;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** What other nodes said has changed whose a name is: whoever lost it is to be signed off. */
  readonly changed: (change: OwnerChange) => void;
}

/** A claim meets a release that it had not heard of once, and hardly twice. */
const mostAttempts = 3;

interface Round {
  readonly name: Name;
  readonly claim: NameClaim;
  readonly known: readonly NodeId[];
  /** Whether these are all nodes. */
  readonly isAll: boolean;
}

type Commit<Result> = (terms: ClaimTerms | undefined) => Promise<Result>;

export class ClusterNameDirectory<Local extends LocalNames = LocalNames> implements NameDirectory {
  readonly #options: ClusterNamesOptions<Local>;
  readonly #reservations = new NameReservations();
  /** Claims on their way, by name and person. */
  readonly #claims = new Map<string, Promise<void>>();
  // As for stamps of retained messages: each of two clocks may be an hour off.
  readonly #clock = new HybridLogicalClock({ maxAheadMs: 2 * 3_600_000 });

  constructor(options: ClusterNamesOptions<Local>) {
    this.#options = options;
  }

  async claim(certificate: Certificate): Promise<ClaimResult> {
    return await this.claimWith(certificate, (terms) => this.#options.local.claim(certificate, terms));
  }

  /** As `claim`, for one that is written down in another way, such as by invitation. */
  async claimWith<Result extends { readonly kind: string }>(
    { name, person }: Certificate,
    commit: Commit<Result>,
  ): Promise<Result | ClaimResult> {
    // Two devices of one person are no rivals, and whoever comes second finds what the first has found.
    const key = `${name} ${person}`;
    for (let first = this.#claims.get(key); first !== undefined; first = this.#claims.get(key)) await first;
    const claim = this.#claim(name, person, commit, mostAttempts);
    const over = claim.then(
      () => {},
      () => {},
    );
    this.#claims.set(key, over);
    try {
      return await claim;
    } finally {
      this.#claims.delete(key);
    }
  }

  async #claim<Result extends { readonly kind: string }>(
    name: Name,
    person: PersonId,
    commit: Commit<Result>,
    attempts: number,
  ): Promise<Result | ClaimResult> {
    const { local, peers, node, monoMs } = this.#options;
    const record = await local.record(name);
    const owner = record?.claims[0];
    if (owner !== undefined && owner.person !== person) return { kind: 'taken', by: owner.person };
    if (owner?.sure === true) return { kind: 'bound' };
    const known = peers.known();
    if (known?.length === 0 && owner === undefined) return await commit(undefined);
    const at = claimedAfter(record, this.#clock.tick(this.#options.wallMs()));
    // A provisional claim asks again: at the latest when all nodes can be reached it is sure, or lost.
    const round = {
      name,
      known: known ?? [],
      isAll: known !== undefined,
      claim: owner ?? { person, claimed: { at, node }, sure: false },
    };
    const inTheWay = this.#reservations.begin(name, round.claim, monoMs());
    if (inTheWay !== undefined) {
      return owner === undefined ? { kind: 'taken', by: inTheWay.person } : { kind: 'provisional' };
    }
    try {
      const result = await this.#decide(round, owner === undefined ? commit : undefined);
      if (result !== 'again') return result;
    } finally {
      this.#reservations.abandon(name, round.claim);
    }
    if (attempts > 1) return await this.#claim(name, person, commit, attempts - 1);
    throw new BothyError('internal', 'The nodes do not agree yet whose name this is. Try again in a minute.');
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    return await this.#options.local.lookup(name);
  }

  /** What is known of a name; more than one claim is a conflict. */
  async record(name: Name): Promise<NameRecord | undefined> {
    return await this.#options.local.record(name);
  }

  async release(name: Name): Promise<boolean> {
    const { local } = this.#options;
    const released = await local.release(name);
    this.#reservations.released(name);
    if (released) await this.#tell(name, this.#options.peers.known() ?? []);
    return released;
  }

  /**
   * Learns everything that a node knows and this one does not. To be called when a link with it comes up, and now and then.
   * True when it was all.
   */
  async exchange(node: NodeId): Promise<boolean> {
    const { local, peers } = this.#options;
    const theirs = await peers.ask(node, { kind: 'digests' });
    if (theirs?.kind !== 'digests') return false;
    const ours = await local.digests();
    for (let bucket = 0; bucket < nameBuckets; bucket += 1) {
      if (ours[bucket] !== theirs.digests[bucket] && !(await this.#learn(node, bucket))) return false;
    }
    return true;
  }

  /** Answers another node's question, whose shape has been checked. */
  async answer(question: NameQuestion): Promise<NameAnswer> {
    const { local } = this.#options;
    switch (question.kind) {
      case 'reserve':
        return await this.#reserve(question.name, question.claim);
      case 'records':
        await this.#merge(question.records);
        return { kind: 'done' };
      case 'digests':
        return { kind: 'digests', digests: await local.digests() };
      case 'bucket': {
        const records = await local.bucket(question.bucket, question.after, nameRecordsPerMessage + 1);
        const complete = records.length <= nameRecordsPerMessage;
        return { kind: 'page', records: records.slice(0, nameRecordsPerMessage), complete };
      }
    }
  }

  /** One round of questions to all nodes. Without `commit` the claim is written down already, as a provisional one. */
  async #decide<Result extends { readonly kind: string }>(
    { name, claim, known, isAll }: Round,
    commit: Commit<Result> | undefined,
  ): Promise<Result | ClaimResult | 'again'> {
    const { local, peers, monoMs } = this.#options;
    const question = { kind: 'reserve', name, claim } as const;
    const answers = new Map(
      await Promise.all(known.map(async (node) => [node, await peers.ask(node, question)] as const)),
    );
    const found = [...answers].flatMap(([node, each]) =>
      each?.kind === 'known' && each.record.name === name ? [{ node, record: each.record }] : [],
    );
    await this.#merge(found.map(({ record }) => record));
    const owner = (await local.record(name))?.claims[0];
    if (owner !== undefined && owner.person !== claim.person) return { kind: 'taken', by: owner.person };
    if (owner?.sure === true) return { kind: 'bound' };
    // It was released later than the claim or the other node knows, or the claim was made at another node before.
    const unaware = found.filter(({ record }) => ownerOf(record) !== claim.person).map(({ node }) => node);
    await this.#tell(name, unaware);
    const isStanding = owner !== undefined && compareBallots(owner.claimed, claim.claimed) === 0;
    if (unaware.length > 0 || isStanding !== (commit === undefined)) return 'again';
    const rival = this.#rival(answers);
    if (rival !== undefined || !this.#reservations.decide(name, claim, monoMs())) {
      if (commit === undefined) return { kind: 'provisional' };
      const winner = rival ?? this.#reservations.holder(name, monoMs());
      return winner === undefined ? 'again' : { kind: 'taken', by: winner.person };
    }
    const reached = known.filter((node) => answers.get(node) !== undefined);
    const sure = isAll && reached.length === known.length;
    if (commit === undefined) {
      if (sure) await this.#merge([{ name, claims: [{ ...claim, sure }] }]);
    } else {
      const result = await commit({ claimed: claim.claimed, sure });
      if (result.kind !== 'bound') return result;
    }
    this.#reservations.done(name, claim, monoMs());
    // So that who asks any node next hears of it.
    await this.#tell(name, reached);
    return { kind: sure ? 'bound' : 'provisional' };
  }

  /** Another claim that a node holds to. One whose own node has granted ours has yielded, and is over. */
  #rival(answers: ReadonlyMap<NodeId, NameAnswer | undefined>): NameClaim | undefined {
    for (const answer of answers.values()) {
      if (answer?.kind !== 'reserved') continue;
      if (answers.get(answer.by.claimed.node)?.kind !== 'granted') return answer.by;
    }
    return undefined;
  }

  async #reserve(name: Name, claim: NameClaim): Promise<NameAnswer> {
    const { local, wallMs, monoMs } = this.#options;
    this.#clock.observe(claim.claimed.at, wallMs());
    const record = await local.record(name);
    if (record !== undefined && (ownerOf(record) !== undefined || isVoid(record, claim))) {
      return { kind: 'known', record };
    }
    // After the record was read: a claim that was decided meanwhile is still held.
    const by = this.#reservations.grant(name, claim, monoMs());
    return by === undefined ? { kind: 'granted' } : { kind: 'reserved', by };
  }

  async #learn(node: NodeId, bucket: number): Promise<boolean> {
    let after: Name | '' = '';
    for (;;) {
      const page = await this.#options.peers.ask(node, { kind: 'bucket', bucket, after });
      if (page?.kind !== 'page') return false;
      await this.#merge(page.records);
      const last = page.records.at(-1)?.name;
      if (page.complete) return true;
      // A page that does not lead on would be asked for ever.
      if (last === undefined || last <= after) return false;
      after = last;
    }
  }

  async #merge(records: readonly NameRecord[]): Promise<void> {
    if (records.length === 0) return;
    for (const change of await this.#options.local.merge(records)) {
      if (change.after === undefined) this.#reservations.released(change.name);
      this.#options.changed(change);
    }
  }

  /** Tells nodes what is known of a name. Who misses it learns it with the next exchange. */
  async #tell(name: Name, nodes: readonly NodeId[]): Promise<void> {
    if (nodes.length === 0) return;
    const { local, peers } = this.#options;
    const record = await local.record(name);
    if (record === undefined) return;
    await Promise.all(nodes.map((node) => peers.ask(node, { kind: 'records', records: [record] })));
  }
}

/** Whether a release that the claimer has not heard of would void its claim. */
function isVoid(record: NameRecord, claim: NameClaim): boolean {
  return mergeRecords(record, { name: record.name, claims: [claim] }).claims.length === 0;
}
