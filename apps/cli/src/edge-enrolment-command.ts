/** `bothy edge invite` and `bothy edge enrol`: flags of letting an edge in with credentials of its own. */
import type { Command } from 'commander';
import type { EnrolFlags } from './enrol-edge.ts';
import type { InviteEdgeFlags } from './invite-edge.ts';
import { addNodeOptions } from './node-options.ts';

export function addEdgeEnrolment(edge: Command, print: (line: string) => void): void {
  // Both sides have --data and --id: those after the command's name are its own.
  edge.parent?.enablePositionalOptions();
  edge.enablePositionalOptions();
  addNodeOptions(edge.command('invite'))
    .argument('[edge]', 'which edge the code is for; one that is enrolled already is enrolled anew with it')
    .description('make a one-time code for an edge, where the node is; give it the flags of the node')
    .option('--minutes <number>', 'how long it is good (default: 60)')
    .action(async (id: string | undefined, flags: InviteEdgeFlags) => {
      const { runInviteEdge } = await import('./invite-edge.ts');
      await runInviteEdge(id, flags, print);
    });
  edge
    .command('enrol')
    .description('turn a one-time code into credentials, where the edge is')
    .requiredOption('--code <code>', 'what "bothy edge invite" printed')
    .requiredOption('--id <id>', 'how this edge is to be called')
    .option('--node <url>', 'the web address of the node (default: http://127.0.0.1:8080)')
    .option('--credentials <file>', 'where they are kept (default: ./<id>.credentials.json)')
    .action(async (flags: EnrolFlags) => {
      const { runEnrolEdge } = await import('./enrol-edge.ts');
      await runEnrolEdge(flags, print);
    });
}
