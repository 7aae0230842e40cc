/** `bothy`: the command line. Commands load what they need when they run, so that help is quick. */
import { BothyError } from '@bothy/wire';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { endWithReader } from './closed-output.ts';
import { addClusterRun } from './cluster-run/cluster-run-command.ts';
import { addClusterForget, addClusterStatus } from './cluster-status-command.ts';
import { addEdge } from './edge-command.ts';
import {
  addNodeOptions,
  addUpOptions,
  type InviteFlags,
  type NodeFlags,
  type OperatorFlags,
  type UpFlags,
} from './node-options.ts';
import { addPerson } from './person-command.ts';
import { addRoomsCommand } from './rooms-command.ts';
import type { LogsFlags } from './run-logs.ts';
import { addVerify } from './verify/verify-command.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function program(): Command {
  const bothy = new Command('bothy')
    .description('Messaging for people and devices that keeps working when the network does not.')
    .version(manifest.version)
    .showHelpAfterError('(bothy --help lists the commands)')
    .addHelpText('after', '\nEvery flag has a variable too: --http is BOTHY_HTTP. Flags win.');
  addUpOptions(bothy.command('up'))
    .description('build the web app if it changed, run a node, and an edge that watches this machine')
    .action(async (flags: UpFlags) => {
      const { runNode, upEdges } = await import('./run-node.ts');
      await runNode(flags, { build: true, print, edges: upEdges(flags, process.env) });
    });
  addNodeOptions(bothy.command('node'))
    .description('run a node with the web app as it was built last')
    .action(async (flags: NodeFlags) => {
      const { runNode } = await import('./run-node.ts');
      await runNode(flags, { build: false, print, edges: undefined });
    });
  addNodeOptions(bothy.command('invite'))
    .description(
      'make a link that lets people in where the registration is "invite"; give it the flags of the node',
    )
    .option('--uses <number>', 'how many people may use it (default: 1)')
    .option('--days <number>', 'how long it is good (default: 7)')
    .action(async (flags: InviteFlags) => {
      const { runInvite } = await import('./run-invite.ts');
      await runInvite(flags, print);
    });
  addNodeOptions(bothy.command('operator'))
    .argument('[name]', 'who is to operate the node; without one it only says who does')
    .description('say who operates the node, or make somebody its operator; give it the flags of the node')
    .option('--remove', 'take the role away instead')
    .action(async (name: string | undefined, flags: OperatorFlags) => {
      const { runOperator } = await import('./run-operator.ts');
      await runOperator(name, flags, print);
    });
  bothy
    .command('logs')
    .description('show the log of a node')
    .option('--data <folder>', "the node's data folder (default: ./.bothy)")
    .option('--level <level>', 'this level and what is worse: debug, info, warn or error')
    .option(
      '--area <area,…>',
      'only these: node, http, broker, rooms, cluster, names, directory, bridge, traces',
    )
    .option('--since <time>', 'only the last 30s, 10m, 2h, 1d')
    .option('--follow', 'go on with what comes')
    .option('--json', 'lines as they are, for other programs')
    .action(async (flags: LogsFlags) => {
      const { runLogs } = await import('./run-logs.ts');
      endWithReader(process.stdout);
      const ended = new AbortController();
      process.once('SIGINT', () => ended.abort());
      const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined;
      await runLogs(flags, { print, colour, wallMs: () => Date.now(), signal: ended.signal });
    });
  addNodeOptions(bothy.command('doctor'))
    .description('check what a start needs, and say what to do about what is missing')
    .action(async (flags: NodeFlags) => {
      const { runDoctor } = await import('./run-doctor.ts');
      if (!(await runDoctor(flags, print))) process.exitCode = 1;
    });
  addEdge(bothy, print);
  addRoomsCommand(bothy, print);
  const cluster = bothy.command('cluster').description('the nodes that are one');
  addClusterRun(cluster, print);
  addClusterStatus(cluster, print);
  addClusterForget(cluster, print);
  addVerify(bothy, print);
  addPerson(bothy, print);
  for (const command of bothy.commands) pointToHelp(command, 'bothy');
  return bothy;
}

/** After what cannot be understood, the way to the help of just that command. */
function pointToHelp(command: Command, parent: string): void {
  const name = `${parent} ${command.name()}`;
  command.showHelpAfterError(`(${name} --help says more)`);
  for (const each of command.commands) pointToHelp(each, name);
}

try {
  await program().parseAsync();
} catch (thrown) {
  const wantsStack = process.env.BOTHY_DEBUG !== undefined;
  const isExpected = thrown instanceof BothyError && thrown.code !== 'internal';
  const error = BothyError.from(thrown);
  const advice = isExpected ? '' : ' (a fault of Bothy itself; BOTHY_DEBUG=1 shows where)';
  process.stderr.write(`bothy: ${error.message}${advice}\n`);
  if (wantsStack) console.error(thrown);
  // Not only exitCode: what a failed start left open must not keep the process.
  process.exit(1);
}
