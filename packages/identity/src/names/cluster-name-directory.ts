/**
 * Names on all nodes (design, section 5; rules NM1… in SPEC.md). Whose a name is the cluster's replicated directory says:
 * a claim is a command to it. What this node has applied is kept on its disk, so that whoever has a name can go on with
 * it when no majority can be reached, and from the first moment of a start.
 *
 *   claim ──rules of this node──▶ command ──▶ directory ──change──▶ disk ──▶ answered
 */
import { HybridLogicalClock } from '@bothy/protocols';
import {
  BothyError,
  type Certificate,
  claimedAfter,
  type DirectoryCommand,
  type DirectoryContent,
  type DirectoryResult,
  type KeptKey,
  mergeRecords,
  type Name,
  type NameRecord,
  type NodeId,
  type PersonId,
  recordText,
} from '@bothy/wire';
import type { ClaimResult, NameDirectory } from '../name-directory.ts';
import type { Admission, LocalNames, OwnerChange } from './local-names.ts';

/** The replicated directory, as far as names need it. */
export interface NameAgreement {
  /** Rejects with `directory_unavailable`, and others. By the answer `changed` has been told what came of it. */
  command(command: DirectoryCommand): Promise<DirectoryResult>;
  /** What is known of a name here. */
  name(name: Name): NameRecord | undefined;
  names(): readonly NameRecord[];
  /** Undefined: it was never kept out. */
  key(person: PersonId): KeptKey | undefined;
}

export interface ClusterNamesOptions<Local extends LocalNames> {
  readonly node: NodeId;
  readonly local: Local;
  /** Whether a name that nobody has may be claimed without more. */
  readonly open: boolean;
  readonly agreement: NameAgreement;
  readonly wallMs: () => number;
  /** Whose a name is has changed: whoever lost it is to be signed off. */
  readonly changed: (change: OwnerChange) => void;
  /** The disk refused to keep what the directory said; it is kept with the next change. */
  readonly failed: (thrown: unknown) => void;
}

/** Records in one transaction, so that others pass between two of them. */
const pageSize = 500;
/** What is taken in from a disk is so named: names of earlier versions come from no directory. */
const fromDisk = 'names-on-disk';

export class ClusterNameDirectory<Local extends LocalNames = LocalNames> implements NameDirectory {
  readonly #options: ClusterNamesOptions<Local>;
  /** Claims on their way, by name and person. */
  readonly #claims = new Map<string, Promise<void>>();
  // As for stamps of retained messages: each of two clocks may be an hour off.
  readonly #clock = new HybridLogicalClock({ maxAheadMs: 2 * 3_600_000 });
  /** Ends with what is being written now. */
  #written: Promise<void> = Promise.resolve();
  /** Something was not written: all is compared with the next change. */
  #isBehind = false;

  constructor(options: ClusterNamesOptions<Local>) {
    this.#options = options;
  }

  /** Rejects with `directory_unavailable` for a name that is new here, and as the disk does. */
  async claim(certificate: Certificate): Promise<ClaimResult> {
    const isOpen: Admission<ClaimResult> = {
      take: async () => (this.#options.open ? undefined : { kind: 'closed' }),
      giveBack: async () => {},
    };
    return await this.claimWith(certificate, isOpen);
  }

  /** As `claim`, by another rule for names that nobody has. */
  async claimWith<Refusal>(
    { name, person }: Pick<Certificate, 'name' | 'person'>,
    admission: Admission<Refusal>,
  ): Promise<Refusal | ClaimResult> {
    // Two devices of one person are no rivals, and what one has paid is not asked of the other.
    const key = `${name} ${person}`;
    for (let first = this.#claims.get(key); first !== undefined; first = this.#claims.get(key)) await first;
    const claim = this.#claim(name, person, admission);
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

  async #claim<Refusal>(
    name: Name,
    person: PersonId,
    admission: Admission<Refusal>,
  ): Promise<Refusal | ClaimResult> {
    // Before an invitation is taken, and where nobody can be asked as well: by what this node knew last.
    if (this.#options.agreement.key(person)?.isOut === true) return { kind: 'keptOut' };
    const owner = (await this.#options.local.record(name))?.claims[0];
    if (owner !== undefined && owner.person !== person) return { kind: 'taken', by: owner.person };
    if (owner?.sure === true) return { kind: 'bound' };
    if (owner !== undefined) return await this.#confirm(name, person);
    const refusal = await admission.take();
    if (refusal !== undefined) return refusal;
    let result: ClaimResult | undefined;
    try {
      result = await this.#ask(name, person);
      return result;
    } finally {
      // Of a claim that may still happen too: then somebody got in for nothing, and else nobody stands outside for it.
      if (result?.kind !== 'bound') await admission.giveBack();
    }
  }

  /** One that a node of an earlier version granted by itself. It holds as it is until the directory can be asked. */
  async #confirm(name: Name, person: PersonId): Promise<ClaimResult> {
    try {
      return await this.#ask(name, person);
    } catch (thrown) {
      if (BothyError.from(thrown).code === 'directory_unavailable') return { kind: 'provisional' };
      throw thrown;
    }
  }

  async #ask(name: Name, person: PersonId): Promise<ClaimResult> {
    const { node, agreement } = this.#options;
    const at = claimedAfter(agreement.name(name), this.#tick());
    const result = await agreement.command({ kind: 'claimName', name, person, at, node });
    await this.#written;
    if (result.kind === 'bound' || result.kind === 'taken' || result.kind === 'keptOut') return result;
    throw unexpected(result);
  }

  async lookup(name: Name): Promise<PersonId | undefined> {
    return await this.#options.local.lookup(name);
  }

  /** What is known of a name; more than one claim is a conflict. */
  async record(name: Name): Promise<NameRecord | undefined> {
    return await this.#options.local.record(name);
  }

  /** Frees it of all claims, on all nodes. Rejects with `directory_unavailable`. */
  async release(name: Name): Promise<boolean> {
    const { agreement } = this.#options;
    const at = claimedAfter(agreement.name(name), this.#tick());
    const result = await agreement.command({ kind: 'releaseName', name, at });
    await this.#written;
    if (result.kind === 'released') return result.was !== null;
    throw unexpected(result);
  }

  /** The directory has carried out a command, here or at another node: to be told of each, in order. */
  changed(command: DirectoryCommand): void {
    if (this.#isBehind) return this.replaced();
    const { agreement } = this.#options;
    const records = namesOf(command).flatMap((name) => agreement.name(name) ?? []);
    if (records.length > 0) this.#write(records);
  }

  /** All of the directory may be another: what is on the disk is brought up to it. */
  replaced(): void {
    this.#isBehind = false;
    this.#write(this.#options.agreement.names());
  }

  /**
   * Gives the directory what is on this disk and it does not know: names of an earlier version, or of a disk that was put
   * back. To be called once, when commands are carried out. Rejects as commands do.
   */
  async bringIn(): Promise<void> {
    const { node, local, agreement } = this.#options;
    await this.#written;
    let after: Name | '' = '';
    for (;;) {
      const page: readonly NameRecord[] = await local.page(after, pageSize);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.name;
      const names = page.filter((record) => tellsMore(record, agreement.name(record.name)));
      if (names.length === 0) continue;
      const content: DirectoryContent = { names, rooms: [], buried: [], homes: [] };
      const result = await agreement.command({ kind: 'takeIn', node, from: fromDisk, content });
      if (result.kind !== 'done') throw unexpected(result);
      await this.#written;
    }
  }

  #tick(): ReturnType<HybridLogicalClock['tick']> {
    return this.#clock.tick(this.#options.wallMs());
  }

  /** In the order of the calls. Merged and not put: what is on the disk may be newer than a directory that starts. */
  #write(records: readonly NameRecord[]): void {
    const { local, changed, failed } = this.#options;
    this.#written = this.#written.then(async () => {
      try {
        for (let at = 0; at < records.length; at += pageSize) {
          for (const change of await local.merge(records.slice(at, at + pageSize))) changed(change);
        }
      } catch (thrown) {
        this.#isBehind = true;
        failed(thrown);
      }
    });
  }
}

function namesOf(command: DirectoryCommand): readonly Name[] {
  switch (command.kind) {
    case 'claimName':
    case 'releaseName':
      return [command.name];
    case 'takeIn':
      return command.content.names.map(({ name }) => name);
    default:
      return [];
  }
}

function tellsMore(record: NameRecord, known: NameRecord | undefined): boolean {
  if (known === undefined) return true;
  return recordText(mergeRecords(known, record)) !== recordText(known);
}

function unexpected(result: DirectoryResult): BothyError {
  if (result.kind === 'full') return new BothyError('limit_reached', result.sentence);
  return new BothyError('internal', `The directory answered ${result.kind} about a name.`);
}
