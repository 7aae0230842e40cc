/** `bothy edge invite`: a one-time code for an edge, made where the node is. */
import { makeEdgeCode, parseConfig } from '@bothy/node';
import { configTexts, type NodeFlags } from './node-options.ts';

export interface InviteEdgeFlags extends NodeFlags {
  readonly minutes?: string;
}

export async function runInviteEdge(
  edge: string | undefined,
  flags: InviteEdgeFlags,
  print: (line: string) => void,
): Promise<void> {
  const { minutes = '60' } = flags;
  const config = parseConfig(configTexts(flags), process.env);
  const code = await makeEdgeCode(config, { edge, minutes: Number(minutes) });
  print(`\n  ${code}\n`);
  const whom = edge ?? 'one edge';
  print(`  Good for ${whom}, once, within ${minutes} minutes. There:`);
  print(`  bothy edge enrol --node <address of this node> --code ${code} --id ${edge ?? '<id>'}`);
}
