/**
 * Checkpoint and replay through a crash at every operation of the disk: run after run the same writes, and the power goes
 * one operation later; then again in the middle of what follows. What was acknowledged is there after every start, what
 * was not is there as a whole and in order or not at all, and no start carries out more than it may.
 */
import { type Scenario, type Simulation, SimulationFailure } from '@bothy/simulator';
import { CheckpointSchedule } from '../../src/recovery/checkpoint.ts';
import { replayLog } from '../../src/recovery/log-replay.ts';
import { narrated } from '../narrated.ts';
import { Crash, LogDisk, type StoredState } from './log-disk.ts';

/** `none` is right; the others are ways to get it wrong, which a run must notice. */
export type RecoveryFault =
  | 'none'
  | 'acknowledgesBeforeFlush'
  | 'cutsBeforeRename'
  | 'takesTornForSound'
  | 'keepsTornEnd';

const writes = 24;
const maxLogEntries = 5;
/** What is appended while a checkpoint is written, and the batch that was under way. */
const mostReplayed = 2 * maxLogEntries;

class Machine {
  readonly #disk: LogDisk;
  readonly #fault: RecoveryFault;
  readonly #schedule: CheckpointSchedule;
  #values: Map<string, number>;
  #upTo: number;
  /** The last number that somebody was told of. */
  acknowledged = 0;

  constructor(disk: LogDisk, fault: RecoveryFault, simulation: Simulation) {
    this.#disk = disk;
    this.#fault = fault;
    const { values, upTo } = disk.checkpoint ?? { values: new Map<string, number>(), upTo: 0 };
    const records =
      fault === 'takesTornForSound'
        ? disk.log.map((record, at) => {
            const number = at + 1 + upTo;
            return record.kind === 'sound' ? record : ({ kind: 'sound', number, body: ['x', -1] } as const);
          })
        : disk.log;
    const replayed = replayLog<StoredState['values'], readonly [string, number]>({
      checkpoint: { state: values, upTo },
      records,
      apply: (state, [key, value]) => new Map(state).set(key, value),
      maxReplayed: mostReplayed,
    });
    if (replayed.kind === 'corrupt') simulation.fail('every start succeeds', `the log is ${replayed.reason}`);
    if (fault !== 'keepsTornEnd') disk.cutTorn(replayed.torn);
    this.#values = new Map(replayed.state);
    this.#upTo = replayed.upTo;
    const start = { logEntries: disk.log.length, logBytes: 0, checkpointBytes: 0 };
    this.#schedule = new CheckpointSchedule({ maxLogEntries }, start);
    simulation.note(`starts with ${upTo} in the checkpoint and ${replayed.replayed} carried out again`);
  }

  get upTo(): number {
    return this.#upTo;
  }

  get values(): ReadonlyMap<string, number> {
    return this.#values;
  }

  /** Writes the next ones of the script as one batch. */
  write(batch: readonly (readonly [string, number])[]): void {
    let number = this.#upTo;
    for (const body of batch) this.#disk.append(++number, body);
    if (this.#fault === 'acknowledgesBeforeFlush') this.acknowledged = number;
    this.#disk.flushLog();
    for (const [key, value] of batch) this.#values.set(key, value);
    this.#upTo = number;
    this.acknowledged = number;
    this.#schedule.appended(batch.length, 0);
    if (this.#schedule.isDue) this.#checkpoint();
  }

  #checkpoint(): void {
    this.#schedule.begin();
    const picture = { values: new Map(this.#values), upTo: this.#upTo };
    this.#disk.writeCheckpoint(picture);
    if (this.#fault === 'cutsBeforeRename') this.#disk.cutLog(picture.upTo);
    this.#disk.renameCheckpoint();
    this.#disk.cutLog(picture.upTo);
    this.#schedule.end(0);
  }
}

export function everyCrash(fault: RecoveryFault, name = 'protocols/every-crash'): Scenario {
  return narrated(
    name,
    'A log with checkpoints, and a crash at every operation of its disk',
    (simulation) => {
      const counts = { runs: 0, crashes: 0, writes: 0 };
      const script = Array.from({ length: writes }, (_, at): readonly [string, number] => {
        return [['x', 'y', 'z'][simulation.random('script').below(3)] ?? 'x', at + 1];
      });
      for (let crashAt = 0; ; crashAt++) {
        counts.runs += 1;
        const disk = new LogDisk(simulation.random('disk'), crashAt);
        let told = 0;
        let crashes = 0;
        let machine = new Machine(disk, fault, simulation);
        while (machine.upTo < writes) {
          const size = 1 + simulation.random('batches').below(3);
          try {
            machine.write(script.slice(machine.upTo, machine.upTo + size));
            counts.writes += 1;
          } catch (thrown) {
            if (!(thrown instanceof Crash) || thrown instanceof SimulationFailure) throw thrown;
            told = Math.max(told, machine.acknowledged);
            crashes += 1;
            simulation.note(`crash ${crashes} of run ${crashAt}, ${told} acknowledged`);
            // The first crash is at each place in turn, the second anywhere, and then the power lasts.
            disk.powerUp(crashes === 1 ? simulation.random('second').below(12) : Infinity);
            machine = new Machine(disk, fault, simulation);
            check(simulation, machine, script, told);
          }
        }
        counts.crashes += crashes;
        check(simulation, machine, script, writes);
        if (crashes === 0) return counts;
      }
    },
  );
}

function check(
  simulation: Simulation,
  machine: Machine,
  script: readonly (readonly [string, number])[],
  told: number,
): void {
  if (machine.upTo < told) {
    simulation.fail('nothing acknowledged is lost', `${told} were acknowledged, ${machine.upTo} are there`);
  }
  const wanted = JSON.stringify([...new Map(script.slice(0, machine.upTo))].sort());
  const found = JSON.stringify([...machine.values].sort());
  if (wanted !== found)
    simulation.fail('the state is that of its log', `${found}, where ${wanted} was written`);
}
