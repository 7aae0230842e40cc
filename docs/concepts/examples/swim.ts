/** A group of growing size in a loop without delays: what each says in a second, and how soon a crash is known to all. */
import { Swim, type SwimInput, type SwimOutput, seededRandom } from '@bothy/protocols';

function watch(size: number): void {
  const swims = new Map<string, Swim>();
  const timers: { at: number; id: string; key: string }[] = [];
  let nowMs = 0;
  let messages = 0;
  const step = (id: string, input: SwimInput): void => {
    const outputs: readonly SwimOutput[] = swims.get(id)?.step(input, { monoMs: nowMs, wallMs: 0 }) ?? [];
    for (const output of outputs) {
      if (output.kind === 'setTimer' || output.kind === 'clearTimer') {
        const at = timers.findIndex((timer) => timer.id === id && timer.key === output.key);
        if (at >= 0) timers.splice(at, 1);
        if (output.kind === 'setTimer') timers.push({ at: nowMs + output.afterMs, id, key: output.key });
      } else if (output.kind === 'send') {
        messages += 1;
        step(output.to, { kind: 'message', from: id, message: output.message });
      }
    }
  };
  const runUntil = (untilMs: number): void => {
    for (;;) {
      timers.sort((a, b) => a.at - b.at);
      const [next] = timers;
      if (next === undefined || next.at > untilMs) break;
      timers.shift();
      nowMs = next.at;
      step(next.id, { kind: 'timer', key: next.key });
    }
    nowMs = untilMs;
  };

  const ids = Array.from({ length: size }, (_, at) => `m${at}`);
  for (const self of ids) swims.set(self, new Swim({ self }, seededRandom(`${size}/${self}`)));
  for (const id of ids) {
    step(id, { kind: 'start' });
    step(id, { kind: 'meet', member: 'm0' });
  }
  runUntil(60_000);
  const before = messages;
  runUntil(120_000);
  const perSecond = (messages - before) / 60;
  swims.delete('m1');
  const isKnown = (): boolean => [...swims.values()].every((swim) => !swim.members.includes('m1'));
  while (!isKnown()) runUntil(nowMs + 100);
  const foundS = ((nowMs - 120_000) / 1_000).toFixed(1);
  console.log(
    `${size} members: ${perSecond.toFixed(0)} messages a second, all to all ${size * (size - 1)}; a crash is known to all after ${foundS} s`,
  );
}

for (const size of [3, 11, 20, 40]) watch(size);
