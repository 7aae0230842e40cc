/** What clients saw, judged as one register; what cannot be explained is told in words. */
import {
  checkLinearizable,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerModel,
} from '@bothy/protocols';
import type { Simulation } from '@bothy/simulator';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

/** Fails by this rule unless it is linearizable; the witness stands in the trace before that, one line for each operation. */
export function expectOneRegister(
  simulation: Simulation,
  rule: string,
  history: readonly RegisterOperation[],
): void {
  const verdict = checkLinearizable(history, registerModel);
  if (verdict.kind === 'holds') return;
  if (verdict.kind === 'unknown') return simulation.fail(rule, `not decided in ${verdict.steps} steps`);
  simulation.note('what cannot be explained, by when it was called:');
  const witness = [...verdict.witness].sort((one, other) => one.calledMs - other.calledMs);
  for (const operation of witness) simulation.note(`  ${operationWords(operation)}`);
  simulation.fail(rule, `${verdict.sentence} ${witness.map(operationWords).join('; ')}`);
}

/** `ann reads x: nothing, 12 to 14 ms`. */
export function operationWords({ client, input, output, calledMs, answeredMs }: RegisterOperation): string {
  const [from, to] = [Math.round(calledMs), Math.round(answeredMs)];
  const when = output === undefined ? `called at ${from} ms, never answered` : `${from} to ${to} ms`;
  switch (input.kind) {
    case 'read':
      return `${client} reads ${input.key}: ${output ?? 'nothing'}, ${when}`;
    case 'write':
      return `${client} writes ${input.key} = ${input.value ?? 'nothing'}, ${when}`;
    case 'compareAndSet': {
      const change = `${input.from ?? 'nothing'} to ${input.to ?? 'nothing'}`;
      const isDone = output === undefined ? '' : `: ${output === true ? 'done' : 'not so'}`;
      return `${client} changes ${input.key} from ${change}${isDone}, ${when}`;
    }
  }
}
