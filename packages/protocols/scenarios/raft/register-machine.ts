/**
 * What the members replicate: registers, and of each client its last answer, so that a command that is asked for again
 * takes effect once (6.3 of the thesis). Clients ask one thing after the other.
 */
import type { RegisterInput, RegisterOutput } from '@bothy/protocols';

export type Change = Exclude<RegisterInput, { kind: 'read' }>;

export interface RegisterCommand {
  readonly client: string;
  /** Rises with each command of a client. */
  readonly seq: number;
  readonly change: Change;
}

interface Session {
  readonly seq: number;
  readonly output: RegisterOutput;
}

/** Plain data, never changed in place. */
export interface RegisterState {
  readonly registers: Readonly<Record<string, string | null>>;
  readonly sessions: Readonly<Record<string, Session>>;
}

const empty: RegisterState = { registers: {}, sessions: {} };

export class RegisterMachine {
  #registers = new Map<string, string | null>();
  #sessions = new Map<string, Session>();

  constructor({ registers, sessions }: RegisterState = empty) {
    this.#registers = new Map(Object.entries(registers));
    this.#sessions = new Map(Object.entries(sessions));
  }

  apply({ client, seq, change }: RegisterCommand): void {
    // Of one that came late its client does not wait any more.
    if (seq <= (this.#sessions.get(client)?.seq ?? 0)) return;
    this.#sessions.set(client, { seq, output: this.#apply(change) });
  }

  read(key: string): string | null {
    return this.#registers.get(key) ?? null;
  }

  /** Undefined when the client has gone on since. */
  answer(client: string, seq: number): RegisterOutput | undefined {
    const session = this.#sessions.get(client);
    return session?.seq === seq ? session.output : undefined;
  }

  /** Equal for machines that have applied the same. */
  state(): RegisterState {
    return { registers: inOrder(this.#registers), sessions: inOrder(this.#sessions) };
  }

  #apply(change: Change): RegisterOutput {
    if (change.kind === 'write') {
      this.#registers.set(change.key, change.value);
      return 'done';
    }
    const isSet = this.read(change.key) === change.from;
    if (isSet) this.#registers.set(change.key, change.to);
    return isSet;
  }
}

function inOrder<Value>(map: ReadonlyMap<string, Value>): Record<string, Value> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
