/** Three friends, one register with two copies: what each rule says of what they saw. */
import { checkCausal, checkLinearizable, checkSequential, registerModel } from '@bothy/protocols';

const write = (client: string, value: string, calledMs: number, answeredMs: number) =>
  ({ client, input: { kind: 'write', key: 'x', value }, output: 'done', calledMs, answeredMs }) as const;
const read = (client: string, output: string | null, calledMs: number, answeredMs: number) =>
  ({ client, input: { kind: 'read', key: 'x' }, output, calledMs, answeredMs }) as const;

const histories = {
  'both answers fit one register': [
    write('ann', '1', 0, 10),
    read('ben', null, 2, 4),
    read('cleo', '1', 5, 8),
  ],
  'ben reads an old copy': [write('ann', '1', 0, 10), read('cleo', '1', 2, 4), read('ben', null, 12, 14)],
  'ben and cleo see two writes in opposite orders': [
    write('ann', '1', 0, 1),
    write('dan', '2', 0, 1),
    read('ben', '1', 2, 3),
    read('ben', '2', 4, 5),
    read('cleo', '2', 2, 3),
    read('cleo', '1', 4, 5),
  ],
  'cleo forgets what she knew': [write('ann', '1', 0, 1), read('cleo', '1', 2, 3), read('cleo', null, 4, 5)],
};

for (const [name, history] of Object.entries(histories)) {
  const linearizable = checkLinearizable(history, registerModel);
  const verdicts = [
    linearizable.kind,
    checkSequential(history, registerModel).kind,
    checkCausal(history).kind,
  ];
  console.log(`${name}: linearizable ${verdicts[0]}, sequential ${verdicts[1]}, causal ${verdicts[2]}`);
  if (linearizable.kind === 'violated') console.log(`  ${linearizable.sentence}`);
}
