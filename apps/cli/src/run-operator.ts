/** `bothy operator`: says who operates the node, and makes somebody its operator. */
import { appointOperator, parseConfig } from '@bothy/node';
import { configTexts, type OperatorFlags } from './node-options.ts';

export async function runOperator(
  name: string | undefined,
  flags: OperatorFlags,
  print: (line: string) => void,
): Promise<void> {
  const config = parseConfig(configTexts(flags), process.env);
  const operators = await appointOperator(config, { name, remove: flags.remove });
  if (operators.length === 0) {
    print('  Nobody operates this node yet. The first person who opens it from its own machine will.');
  } else {
    print(`  Operated by ${operators.join(', ')}.`);
  }
  if (name !== undefined) print('  It holds from their next sign-in on, within 15 minutes.');
}
