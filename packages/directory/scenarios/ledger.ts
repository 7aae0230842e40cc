/** What was asked for and what was answered, and what all of it has to come to. */
import type { Simulation } from '@bothy/simulator';
import { claimantsOf, type DirectoryContent } from '@bothy/wire';
import { DirectoryMachine } from '../core/machine/directory-machine.ts';
import { type Asked, DirectoryHistory, type Told } from '../core/testing/directory-history.ts';

export class Ledger {
  readonly #simulation: Simulation;
  readonly history: DirectoryHistory;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.history = new DirectoryHistory(() => simulation.nowMs);
  }

  get acknowledged(): number {
    return this.history.operations.filter(({ output }) => output !== undefined).length;
  }

  /** Claims, releases and reads of each name, room and edge are as if one node had done one after the other. */
  expectLinearizable(): void {
    const problem = this.history.problem();
    if (problem !== undefined) this.#simulation.fail('linearizable', problem);
  }

  /** What was acknowledged is in it, or something that was acknowledged later has taken its place. */
  expectKept(content: DirectoryContent): void {
    const machine = new DirectoryMachine(content);
    const buried = new Set<string>();
    const { operations } = this.history;
    for (const { input } of operations) if (input.kind === 'buryRoom') buried.add(input.room);
    for (const { input, output } of operations) {
      if (output === undefined) continue;
      const lost = lossOf(machine, input, output, buried);
      if (lost !== undefined) this.#simulation.fail('nothing acknowledged is lost', lost);
    }
  }
}

function lossOf(
  machine: DirectoryMachine,
  input: Asked,
  output: Told,
  buried: ReadonlySet<string>,
): string | undefined {
  if (input.kind === 'claimName' && output.kind === 'bound') {
    const record = machine.name(input.name);
    const isKept = record?.released !== undefined || claimantsOf(record).includes(input.person);
    return isKept ? undefined : `${input.name} of ${input.person}`;
  }
  if (input.kind === 'claimRoom' && output.kind === 'claimed') {
    const { room } = input.claim;
    const isKept = machine.room(room) !== undefined || buried.has(room);
    return isKept ? undefined : `room ${room}`;
  }
  if (output.kind === 'key' && output.key !== null) {
    const { person, epoch, isOut } = output.key;
    const known = machine.key(person);
    const isKept = (known?.epoch ?? 0) > epoch || (known?.epoch === epoch && (known.isOut || !isOut));
    return isKept ? undefined : `how the key of ${person} stands`;
  }
  if (input.kind === 'buryRoom' && output.kind === 'done')
    return machine.isBuried(input.room) ? undefined : `that ${input.room} is gone`;
  return undefined;
}
