/** Three Raft members on the production loop in one process, each with a store of its own; messages go by memory. */
import {
  type MemberId,
  type RaftInput,
  RaftMember,
  type RaftMessage,
  type RaftOutput,
  type RaftWrite,
  seededRandom,
} from '@bothy/protocols';
import { Loop, type Storage } from '@bothy/runtime';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';

type Output = RaftOutput<string, string>;
type Write = RaftWrite<string, string>;

export type OpenStorage = (member: MemberId) => Storage<Write> & { close(): void };

const ids: readonly MemberId[] = ['m1', 'm2', 'm3'];

export class RaftCluster {
  readonly #loops = new Map<MemberId, Loop<RaftInput<string, string>, Output>>();
  readonly #storages: { close(): void }[] = [];
  readonly #members: RaftMember<string, string>[] = [];
  readonly #waiting = new Map<string, (isCommitted: boolean) => void>();
  #proposals = 0;

  constructor(openStorage: OpenStorage) {
    for (const id of ids) this.#add(id, openStorage(id));
    for (const loop of this.#loops.values()) loop.submit({ kind: 'start' });
  }

  async leader(): Promise<MemberId> {
    for (;;) {
      const leader = this.#members.find(({ role }) => role === 'leader');
      if (leader !== undefined) return leader.id;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Resolves once it is committed; rejects when it is refused. */
  propose(leader: MemberId, command: string): Promise<void> {
    this.#proposals += 1;
    const id = String(this.#proposals);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (isCommitted) =>
        isCommitted ? resolve() : reject(new Error('the leader refused a proposal')),
      );
      this.#loops.get(leader)?.submit({ kind: 'propose', id, command });
    });
  }

  close(): void {
    for (const loop of this.#loops.values()) loop.stop();
    for (const storage of this.#storages) storage.close();
  }

  #add(id: MemberId, storage: ReturnType<OpenStorage>): void {
    const member = new RaftMember<string, string>(
      {
        ...{ id, founders: ids, electionTimeoutMs: 500, heartbeatMs: 50, clockDrift: 1.1 },
        ...{ maxEntriesPerMessage: 256, maxInFlight: 8, maxWaiting: 10_000 },
      },
      { term: 0, votedFor: null, snapshot: null, entries: [] },
      seededRandom(id),
    );
    const loop = new Loop<RaftInput<string, string>, Output>(
      member,
      {
        clock: nodeClock,
        timers: nodeTimers,
        storage,
        perform: (output) => this.#perform(id, output),
        ask: () => undefined,
        failed: (error) => {
          throw error;
        },
      },
      // What arrives in one turn of the event loop becomes durable together.
      { beginCommit: (begin) => setImmediate(begin) },
    );
    this.#members.push(member);
    this.#storages.push(storage);
    this.#loops.set(id, loop);
  }

  #perform(from: MemberId, output: Exclude<Output, { kind: 'persist' | 'setTimer' | 'clearTimer' }>): void {
    if (output.kind === 'send') return this.#send(from, output.to, output.message);
    if (output.kind !== 'proposed') return;
    const { id, result } = output;
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    answer?.(result.ok);
  }

  #send(from: MemberId, to: MemberId, message: RaftMessage<string, string>): void {
    queueMicrotask(() => this.#loops.get(to)?.submit({ kind: 'message', from, message }));
  }
}

export const memoryStorage: OpenStorage = () => ({
  commit: (_, done) => done(),
  close: () => undefined,
});
