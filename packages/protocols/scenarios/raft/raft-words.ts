/** The words of Raft with registers as what is replicated. */
import type {
  Core,
  MemberId,
  RaftConfiguration,
  RaftEntry,
  RaftInput,
  RaftMember,
  RaftMessage,
  RaftOptions,
  RaftOutput,
  RaftRole,
  RaftSnapshot,
  RaftStored,
  RaftWrite,
  Random,
} from '@bothy/protocols';
import type { RegisterCommand, RegisterState } from './register-machine.ts';

export type Entry = RaftEntry<RegisterCommand>;
export type Input = RaftInput<RegisterCommand, RegisterState>;
export type Message = RaftMessage<RegisterCommand, RegisterState>;
export type Output = RaftOutput<RegisterCommand, RegisterState>;
export type Snapshot = RaftSnapshot<RegisterState>;
export type Stored = RaftStored<RegisterCommand, RegisterState>;
export type Write = RaftWrite<RegisterCommand, RegisterState>;

/** What a world needs of a member: the production core has it, and so has one that was built wrong. */
export interface RaftCore extends Core<Input, Output> {
  readonly role: RaftRole;
  readonly term: number;
  readonly leader: MemberId | null;
  readonly commit: number;
  readonly configuration: RaftConfiguration;
  /** Undefined for what is not held. */
  termAt(index: number): number | undefined;
  entryAt(index: number): Entry | undefined;
}

export type MakeMember = (options: RaftOptions, stored: Stored, random: Random) => RaftCore;

/** As modules export it: also those that a fault was planted in. */
export type RaftMemberClass = typeof RaftMember;
