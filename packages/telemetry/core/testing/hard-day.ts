/** One seeded day in the life of a rule: noise, late bursts, repeats, clocks that jump, restarts. */
import { seededRandom } from '@bothy/protocols';
import { EngineDesk, type EngineMaker, startWallMs } from './engine-desk.ts';
import { obviousEvents, obviousRule, type Second } from './obvious-rule.ts';

/** Throws with the difference when the engine says anything else than the obvious rule. */
export function hardDay(seed: number, make?: EngineMaker): { readonly events: number } {
  const random = seededRandom(`hard day ${seed}`);
  const desk = make === undefined ? new EngineDesk([obviousRule]) : new EngineDesk([obviousRule], {}, make);
  const seconds: Second[] = [];
  let base = 29;
  let seq = 0;
  let deviceOffsetMs = 0;
  for (let second = 0; second < 400; second++) {
    const isRestart = random.below(150) === 0;
    const chance = random.below(100);
    if (random.below(25) === 0) base = 25 + random.below(9);
    // By number, so that a device whose clock is set is believed at once.
    if (chance < 3) deviceOffsetMs += (random.below(3) - 1) * 1_800_000;
    if (chance < 2) desk.wallOffsetMs += (random.below(3) - 1) * 5_400_000;
    if (isRestart) desk.restart();
    const value = random.below(3) === 0 ? base + random.next() * 2 - 1 : undefined;
    const common = { sensor: 't', boot: 1, stampMs: startWallMs + desk.nowMs + deviceOffsetMs };
    if (chance >= 90) {
      // From the outbox, hours late: as hot or as cold as it was then.
      const stampMs = common.stampMs - 7_200_000;
      for (let i = 0; i < 5; i++)
        desk.read(chance < 95 ? 99 : -99, { ...common, seq: 10_000 + i, hist: true, stampMs });
    }
    if (value !== undefined) {
      seq += 1;
      desk.read(value, { ...common, seq });
      // At least once, says MQTT: this one comes again, and an older one, too.
      if (random.below(4) === 0) desk.read(value, { ...common, seq });
      if (random.below(10) === 0 && seq > 3) desk.read(99, { ...common, seq: seq - 2 });
    }
    seconds.push({ value, isRestart });
    desk.wait(1_000);
  }
  desk.read(20, { sensor: 't', boot: 1, seq: seq + 1 });
  const wanted = obviousEvents([...seconds, { value: undefined, isRestart: false }]);
  const said = desk.said.map((line) => line.replace(/ .* /, ' '));
  if (said.join('\n') !== wanted.join('\n')) {
    throw new Error(`seed ${seed}: said ${said.join(', ')}; should be ${wanted.join(', ')}`);
  }
  if (desk.unstored > 0)
    throw new Error(`seed ${seed}: ${desk.unstored} events left before they were stored`);
  return { events: said.length };
}
