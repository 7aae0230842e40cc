/** What must hold of two-phase commit, at every moment and once all is well again. Throws where it does not. */
import { type CommitWorld, coordinatorName } from './commit-world.ts';

/** Nobody carries out another outcome than anybody else, and a commit was promised by all. */
export function expectSafe(world: CommitWorld): void {
  for (const [transaction, byName] of world.carriedOut) {
    const outcomes = new Set([...byName.values()].flat());
    if (outcomes.size > 1) throw new Error(`${transaction} is carried out both ways`);
    if (!outcomes.has('committed')) continue;
    for (const name of world.processes.keys()) {
      if (name === coordinatorName || world.promised.has(`${name} ${transaction}`)) continue;
      throw new Error(`${transaction} was committed without the promise of ${name}`);
    }
  }
}

/** Nothing is open, nobody is blocked, and everybody carried out what was committed. */
export function expectFinished(world: CommitWorld): void {
  for (const [name, { disk }] of world.processes) {
    const prepared = world.participant(name)?.prepared ?? [];
    if (prepared.length > 0) throw new Error(`${name} is still prepared`);
    for (const record of disk.values()) {
      const isTombstone =
        record.role === 'coordinator' ? record.finished === true : record.state === 'committed';
      if (!isTombstone) throw new Error(`${name} still keeps ${record.transaction} as ${record.state}`);
    }
  }
  for (const [transaction, byName] of world.carriedOut) {
    if (![...byName.values()].flat().includes('committed')) continue;
    for (const name of world.processes.keys()) {
      if (!byName.has(name)) throw new Error(`${name} never carried out ${transaction}`);
    }
  }
}
