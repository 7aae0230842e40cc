/** `bothy rooms`: list, create, join and talk. */
import { userInfo } from 'node:os';
import type { RoomsClient } from '@bothy/rooms/client';
import { BothyError } from '@bothy/wire';
import { type Command, Option } from 'commander';
import { endWithReader } from './closed-output.ts';
import { askPassphrase } from './passphrase.ts';
import type { RoomsSignIn } from './rooms-sign-in.ts';

interface RoomsFlags {
  readonly node?: readonly string[];
  readonly name?: string;
  readonly key?: string;
  readonly json?: true;
  readonly history?: string;
  readonly follow?: true;
  readonly private?: true;
  readonly description?: string;
}

type Print = (line: string) => void;

export function addRoomsCommand(bothy: Command, print: Print): void {
  const rooms = options(bothy.command('rooms'), true)
    .argument('[room]', 'the id or the name of a room to go to')
    .description('talk in rooms: at a terminal, or by lines in a pipe')
    .option('--history <number>', 'how many entries are shown at first, at most 200 (default: 20)')
    .option('--follow', 'in a pipe: go on when the input has ended')
    .addHelpText(
      'after',
      '\nIn a pipe every line of the input is a message, and every entry a line of the output; with --json both are JSON.\nThe exit code is 1 when a message was not taken. The passphrase of a key comes from BOTHY_PASSPHRASE or is asked for.',
    )
    .action(async (room: string | undefined, flags: RoomsFlags) => await talk(room, flags, print));
  options(rooms.command('list'))
    .description('list the rooms of all nodes')
    .action(async (_flags: RoomsFlags, command: Command) => {
      const flags = flagsOf(command);
      await withClient(flags, async (client) => {
        const { roomLines } = await import('./rooms-lines.ts');
        const list = await client.list();
        if (flags.json !== true) for (const line of roomLines(list)) print(line);
        else for (const each of list.rooms) print(JSON.stringify(each));
      });
    });
  options(rooms.command('create'))
    .argument('<name>')
    .description('make a room at the node, and own it')
    .option('--private', 'only for those who are invited')
    .option('--description <text>', 'what it is about')
    .action(async (name: string, _flags: RoomsFlags, command: Command) => {
      const flags = flagsOf(command);
      await withClient(flags, async (client) => {
        const { description = '' } = flags;
        const room = await client.create(name, {
          description,
          visibility: flags.private ? 'private' : 'public',
        });
        print(flags.json === true ? JSON.stringify({ id: room.id, name }) : room.id);
      });
    });
}

/** Subcommands have them too, without the variables: what the command above took from one would hide what they were given. */
function options(command: Command, fromVariables = false): Command {
  const add = (flags: string, description: string, variable: string): Option => {
    const option = new Option(flags, description);
    if (fromVariables) option.env(variable);
    command.addOption(option);
    return option;
  };
  const nodes = 'a node to connect to, several times for a choice (default: http://127.0.0.1:8080)';
  add('--node <url>', nodes, 'BOTHY_NODE').argParser(collect);
  add('--name <name>', 'the name to be a guest by (default: the name of your account)', 'BOTHY_NAME');
  add('--key <file>', 'your key file: sign in as yourself', 'BOTHY_KEY');
  return command.option('--json', 'lines of JSON');
}

/** What a subcommand was given, before and behind its name. */
function flagsOf(command: Command): RoomsFlags {
  return { ...command.parent?.opts<RoomsFlags>(), ...command.opts<RoomsFlags>() };
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...value.split(',')];
}

async function talk(room: string | undefined, flags: RoomsFlags, print: Print): Promise<void> {
  const history = historyOf(flags.history);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && flags.json !== true;
  if (!isTerminal && room === undefined) {
    throw new BothyError(
      'bad_request',
      'Which room? Without a terminal: bothy rooms <room>, or bothy rooms list.',
    );
  }
  await withClient(flags, async (client) => {
    if (isTerminal) {
      const { talkAtTerminal } = await import('./rooms-terminal.ts');
      await talkAtTerminal(client, { room, history, input: process.stdin, output: process.stdout });
      return;
    }
    const { talkByLines } = await import('./rooms-pipe.ts');
    const ended = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
    endWithReader(process.stdout);
    const failures = await talkByLines(client, {
      room: room ?? '',
      history,
      json: flags.json === true,
      follow: flags.follow === true,
      input: process.stdin,
      print,
      warn: (line) => process.stderr.write(`${line}\n`),
      signal: ended.signal,
    });
    if (failures > 0) process.exitCode = 1;
  });
  // A pipe that nobody closes must not keep the process.
  process.stdin.destroy();
}

async function withClient(flags: RoomsFlags, run: (client: RoomsClient) => Promise<void>): Promise<void> {
  const { openRooms } = await import('./rooms-session.ts');
  const client = await openRooms(flags.node ?? ['http://127.0.0.1:8080'], await signInOf(flags));
  try {
    await run(client);
  } finally {
    client.close();
  }
}

async function signInOf({ key, name }: RoomsFlags): Promise<RoomsSignIn> {
  const { guestName, keySignIn } = await import('./rooms-sign-in.ts');
  if (key === undefined) return { name: guestName(name, userInfo().username) };
  return await keySignIn(key, askPassphrase);
}

function historyOf(text: string | undefined): number {
  const history = text === undefined ? 20 : Number(text);
  if (Number.isInteger(history) && history >= 1 && history <= 200) return history;
  throw new BothyError('bad_request', `--history takes a number from 1 to 200, not ${text}.`);
}
