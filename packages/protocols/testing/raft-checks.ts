/** What must hold of a Raft cluster at every moment (figure 3 of the paper), and once all is well again. Throws where not. */
import type { MemberId, RaftConfiguration, RaftEntry } from '../src/consensus/raft/raft-messages.ts';
import type { Member, Process, RaftWorld } from './raft-world.ts';

export class RaftChecks {
  readonly #world: RaftWorld;
  readonly #leaders = new Map<number, MemberId>();
  /** By index, as soon as anybody says that it is committed. */
  readonly #committed: RaftEntry<string>[] = [];
  /** Up to where each member's commit was compared. */
  readonly #compared = new Map<Member, number>();
  readonly #configurations = new Map<MemberId, RaftConfiguration>();
  /** The last entry of each leader. */
  readonly #lastOf = new Map<string, RaftEntry<string>>();
  readonly #completeness = new Set<string>();
  /** The greatest index that a client was told of. */
  acknowledged = 0;
  #answersSeen = 0;
  readonly #readsFrom = new Map<string, number>();

  /** Checks after every single step of this world. */
  constructor(world: RaftWorld) {
    this.#world = world;
    world.stepped = () => this.check();
  }

  get committed(): readonly RaftEntry<string>[] {
    return this.#committed;
  }

  /** A client asks to read now: what others were told of has to be in it. */
  readAsked(id: string): void {
    this.#readsFrom.set(id, this.acknowledged);
  }

  check(): void {
    // Leaders first, for they are who counted.
    const running = [...this.#world.processes.values()].flatMap(({ member }) => member ?? []);
    running.sort((a, b) => Number(b.role === 'leader') - Number(a.role === 'leader') || b.term - a.term);
    for (const member of running) {
      this.#electionSafety(member);
      this.#appendOnly(member);
      this.#stateMachineSafety(member);
    }
    for (const member of running) if (member.role === 'leader') this.#leaderCompleteness(member);
    for (const { id, configuration } of running) this.#configurations.set(id, configuration);
    this.#answers();
  }

  #electionSafety({ id, role, term }: Member): void {
    if (role !== 'leader') return;
    const known = this.#leaders.get(term) ?? id;
    if (known !== id) throw new Error(`${known} and ${id} both lead in term ${term}`);
    this.#leaders.set(term, id);
  }

  #appendOnly(member: Member): void {
    const { id, role, term, lastIndex } = member;
    if (role !== 'leader') return;
    const key = `${id} ${term}`;
    const before = this.#lastOf.get(key);
    if (
      before !== undefined &&
      before.index >= member.firstIndex &&
      member.entryAt(before.index) !== before
    ) {
      throw new Error(`${id} leads in term ${term}, and its entry ${before.index} is another one now`);
    }
    const last = member.entryAt(lastIndex);
    if (last !== undefined) this.#lastOf.set(key, last);
  }

  #stateMachineSafety(member: Member): void {
    const from = this.#compared.get(member) ?? 0;
    for (let index = from + 1; index <= member.commit; index++) {
      const entry = member.entryAt(index);
      if (entry === undefined) continue;
      const known = this.#committed[index];
      if (known === undefined) {
        if (member.role === 'leader') this.#isOnMajority(member, entry);
        this.#committed[index] = entry;
      } else if (known.term !== entry.term || JSON.stringify(known) !== JSON.stringify(entry)) {
        throw new Error(`${member.id} commits another entry ${index} than others`);
      }
    }
    this.#compared.set(member, member.commit);
  }

  /** It is on the disks of a majority of each set that counted before the step that committed it. */
  #isOnMajority({ id }: Member, entry: RaftEntry<string>): void {
    const configuration = this.#configurations.get(id);
    for (const set of [configuration?.voters ?? [], configuration?.outgoing ?? []]) {
      const having = set.filter((each) => {
        const process = this.#world.processes.get(each);
        return process !== undefined && hasOnDisk(process, entry);
      });
      if (set.length > 0 && having.length * 2 <= set.length) {
        throw new Error(`${id} commits entry ${entry.index}, which only [${having}] of [${set}] have`);
      }
    }
  }

  #leaderCompleteness(member: Member): void {
    const { id } = member;
    const key = `${id} ${member.term}`;
    if (this.#completeness.has(key)) return;
    this.#completeness.add(key);
    for (const entry of this.#committed) {
      if (entry === undefined || entry.index < member.firstIndex) continue;
      if (member.termAt(entry.index) !== entry.term) {
        throw new Error(`${id} leads in term ${member.term} without the committed entry ${entry.index}`);
      }
    }
  }

  #answers(): void {
    for (const answer of this.#world.answers.slice(this.#answersSeen)) {
      if (answer.kind === 'proposed' && answer.result.ok) {
        this.acknowledged = Math.max(this.acknowledged, answer.result.index);
      }
      if (answer.kind === 'readable' && answer.result.ok) {
        const least = this.#readsFrom.get(answer.id) ?? 0;
        if (answer.result.index < least) {
          throw new Error(`read ${answer.id} misses entry ${least}, which was acknowledged before`);
        }
      }
    }
    this.#answersSeen = this.#world.answers.length;
  }
}

/** One leader, everybody who counts has the same, and something new can be committed. */
export function expectWell(world: RaftWorld): void {
  const { leader } = world;
  if (leader === undefined) throw new Error('nobody leads');
  world.step(leader.id, { kind: 'propose', id: 'last', command: 'last' });
  world.run(500);
  const states = leader.configuration.voters.map((id) => world.process(id).state.join(' '));
  if (states[0]?.endsWith('last') !== true) throw new Error('nothing new is committed');
  if (new Set(states).size !== 1) throw new Error(`voters differ: ${states.join(' | ')}`);
}

function hasOnDisk({ disk }: Process, { index, term }: RaftEntry<string>): boolean {
  if ((disk.snapshot?.index ?? 0) >= index) return true;
  return disk.entries.some((each) => each.index === index && each.term === term);
}
