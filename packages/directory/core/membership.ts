/**
 * What a leader does about who belongs to the directory: it takes newcomers in, makes voters of learners, and lets go of
 * who was removed or has gone to another directory. All of it is forgotten with its leadership; newcomers ask again.
 *
 *   enrol ─▶ (removing: a member of this id has lost its disk) ─▶ bringing: what it knows is proposed
 *         ─▶ adding: it is made a learner ─▶ enrolled
 *
 * A node that lost its disk has forgotten its votes, so the member that it was is gone for good before it is one again.
 */
import { type DirectoryMessage, type DirectoryResult, levelOfContent, type NodeId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import { type Sight, wantedMembers } from './members.ts';
import type { Neighbours } from './neighbours.ts';
import type { Replica } from './replica.ts';
import type { Step } from './step.ts';

type Enrol = Extract<DirectoryMessage, { kind: 'enrol' }>;

interface Newcomer {
  readonly enrol: Enrol;
  readonly key: string;
  phase: 'removing' | 'proposing' | 'bringing' | 'adding' | 'enrolled';
  /** As of which what it knows is in the directory. */
  index: number;
}

export class Membership {
  readonly #node: NodeId;
  readonly #replica: Replica;
  readonly #neighbours: Neighbours;
  readonly #newcomers = new Map<NodeId, Newcomer>();
  /** They were removed, and have not come anew since. */
  readonly #removed = new Set<NodeId>();
  readonly #memberSinceMs = new Map<NodeId, number>();
  #foreignMs = -Infinity;
  #isChanging = false;
  /** A change was refused; whatever it was may be over by then. */
  #changeAfterMs = -Infinity;
  #count = 0;

  constructor(node: NodeId, replica: Replica, neighbours: Neighbours) {
    this.#node = node;
    this.#replica = replica;
    this.#neighbours = neighbours;
  }

  enrol(step: Step, from: NodeId, enrol: Enrol, mayPropose: boolean): void {
    const replica = this.#replica;
    if (enrol.directory !== replica.directory || !replica.leads || !mayPropose)
      return this.#refuse(step, from, enrol.id);
    if (!this.#canRead(from, enrol)) return this.#refuse(step, from, enrol.id);
    const known = this.#newcomers.get(from);
    if (known?.enrol.id === enrol.id) {
      if (known.phase === 'enrolled') this.#welcome(step, from, known);
      return;
    }
    this.#count += 1;
    const phase = replica.isMember(from) ? 'removing' : 'proposing';
    this.#removed.delete(from);
    this.#newcomers.set(from, { enrol, key: `enrol ${this.#count}`, phase, index: 0 });
  }

  /**
   * A leader of now has put this into the log: nobody makes it a member again before it comes anew. What earlier leaders
   * put there may be old, and who asked for it asks again.
   */
  removed(node: NodeId): void {
    if (node === this.#node || this.#removed.size >= bounds.removed) return;
    this.#removed.add(node);
    this.#newcomers.delete(node);
  }

  linkUp(node: NodeId): void {
    this.#removed.delete(node);
  }

  linkDown(node: NodeId): void {
    this.#newcomers.delete(node);
  }

  /** Makes one step towards what should be. True when something was given to Raft. */
  pump(step: Step, mayPropose: boolean): boolean {
    const { leads, raft } = this.#replica;
    if (!leads || !mayPropose) {
      this.#forget(step);
      return false;
    }
    this.#look(step);
    for (const [node, newcomer] of this.#newcomers) {
      if (newcomer.phase !== 'proposing') continue;
      newcomer.phase = 'bringing';
      const { from, content } = newcomer.enrol;
      const command = { kind: 'takeIn', node, from, content } as const;
      this.#replica.run(step, { kind: 'propose', id: newcomer.key, command });
      return true;
    }
    const isBusy = this.#isChanging || step.now.monoMs < this.#changeAfterMs;
    if (isBusy || raft.configuration.outgoing.length > 0) return false;
    const { voters, learners } = wantedMembers(raft.configuration, this.#sight(step));
    const isSame = String(voters) === String(raft.configuration.voters);
    if (isSame && String(learners) === String(raft.configuration.learners)) return false;
    this.#isChanging = true;
    this.#replica.run(step, { kind: 'change', id: 'change', voters, learners });
    return true;
  }

  /** Of a newcomer's content. `index` is undefined when it is not known to be committed. */
  brought(step: Step, key: string, index: number | undefined, result: DirectoryResult | undefined): void {
    for (const [node, newcomer] of this.#newcomers) {
      if (newcomer.key !== key) continue;
      if (index === undefined || result?.kind === 'full') {
        this.#newcomers.delete(node);
        return this.#refuse(step, node, newcomer.enrol.id);
      }
      newcomer.phase = 'adding';
      newcomer.index = index;
    }
  }

  changed(step: Step, isDone: boolean): void {
    this.#isChanging = false;
    if (!isDone) this.#changeAfterMs = step.now.monoMs + timing.tickMs;
    if (!isDone) return;
    for (const [node, newcomer] of this.#newcomers) {
      if (newcomer.phase !== 'adding' || !this.#replica.isMember(node)) continue;
      newcomer.phase = 'enrolled';
      this.#welcome(step, node, newcomer);
    }
  }

  /** The newcomer what is here, and everybody who is here what it brings. */
  #canRead(from: NodeId, { content, directory }: Enrol): boolean {
    const { level = 0 } = this.#neighbours.aboutOf(from) ?? {};
    const neighbours = this.#neighbours;
    return (
      level >= this.#replica.level && neighbours.behind(levelOfContent(content), directory) === undefined
    );
  }

  #welcome(step: Step, node: NodeId, { enrol, index }: Newcomer): void {
    step.send(node, { kind: 'enrolled', directory: enrol.directory, id: enrol.id, index });
  }

  #refuse(step: Step, node: NodeId, id: string): void {
    step.send(node, { kind: 'refuse', id, leader: this.#replica.raft.leader });
  }

  #forget(step: Step): void {
    for (const [node, { enrol }] of this.#newcomers) this.#refuse(step, node, enrol.id);
    this.#newcomers.clear();
    this.#memberSinceMs.clear();
    this.#removed.clear();
    this.#isChanging = false;
  }

  #look(step: Step): void {
    const { monoMs } = step.now;
    const { voters, learners, directory } = this.#replica.about;
    const members = new Set([...voters, ...learners]);
    for (const [node, newcomer] of this.#newcomers) {
      // Also by a change that a leader before began. What follows comes behind it in the log, the welcome too.
      if (newcomer.phase === 'removing' && !members.has(node)) newcomer.phase = 'proposing';
    }
    for (const node of members) if (!this.#memberSinceMs.has(node)) this.#memberSinceMs.set(node, monoMs);
    for (const node of this.#memberSinceMs.keys()) if (!members.has(node)) this.#memberSinceMs.delete(node);
    const isForeign = (node: NodeId): boolean => {
      const about = this.#neighbours.aboutOf(node);
      return about !== undefined && about.directory !== directory;
    };
    if (this.#neighbours.all.some(isForeign)) this.#foreignMs = monoMs;
    for (const node of this.#removed) {
      if (!members.has(node) && !this.#neighbours.has(node)) this.#removed.delete(node);
    }
  }

  #sight(step: Step): Sight {
    const { monoMs } = step.now;
    const { raft, directory, level } = this.#replica;
    const { voters, learners } = raft.configuration;
    const leaving = new Set<NodeId>(this.#removed);
    const coming = new Set<NodeId>();
    for (const [node, { phase }] of this.#newcomers) {
      if (phase === 'removing') leaving.add(node);
      if (phase === 'adding') coming.add(node);
    }
    for (const node of this.#neighbours.all) {
      const about = this.#neighbours.aboutOf(node);
      if (about === undefined || this.#newcomers.get(node)?.phase === 'adding') continue;
      if (about.directory === directory) {
        // One that was forgotten, and has come back with what it had.
        if (!leaving.has(node) && about.level >= level) coming.add(node);
      } else if (this.#hasLeft(node, monoMs)) leaving.add(node);
    }
    const isSettled = voters.length > 1 || monoMs - this.#foreignMs >= timing.settleMs;
    return {
      self: this.#node,
      leaving,
      coming,
      isLinked: (node) => this.#neighbours.has(node),
      mayVote: (node) =>
        isSettled &&
        learners.includes(node) &&
        this.#neighbours.aboutOf(node)?.directory === directory &&
        monoMs - (this.#memberSinceMs.get(node) ?? monoMs) >= timing.settleMs &&
        hasCaughtUp(raft.progressOf(node), raft.commit),
    };
  }

  /** It says that it is elsewhere, and that is not what it said before it was taken in. */
  #hasLeft(node: NodeId, monoMs: number): boolean {
    const memberForMs = monoMs - (this.#memberSinceMs.get(node) ?? monoMs);
    const elsewhereForMs = this.#neighbours.directoryForMs(node, monoMs);
    return Math.min(memberForMs, elsewhereForMs) >= timing.leftMs;
  }
}

/** It has said what it has, and is about as far. */
function hasCaughtUp(progress: ReturnType<Replica['raft']['progressOf']>, commit: number): boolean {
  return progress?.state === 'replicate' && progress.match >= commit - bounds.behind;
}
