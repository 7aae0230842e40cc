/** `bothy person`: an operator removes somebody, sees how far that is, and lets somebody in again. */
import { setTimeout as wait } from 'node:timers/promises';
import { BothyError } from '@bothy/wire';
import { type Command, Option } from 'commander';
import {
  type Ask,
  allKeptOutShape,
  type KeptOutAnswer,
  keptOutShape,
  operatorAsk,
  removalShape,
  removalsShape,
  type ShownKeptOut,
  type ShownRemoval,
} from './operator-ask.ts';
import { passphraseHelp } from './passphrase.ts';
import { plain } from './rooms-lines.ts';

interface PersonFlags {
  readonly node?: string;
  readonly key: string;
  readonly wait?: true;
  readonly mayReturn?: true;
  readonly json?: true;
}

const askEveryMs = 1_000;

export function addPerson(bothy: Command, print: (line: string) => void): void {
  const person = bothy.command('person').description('people of the node that you operate');
  const options = (command: Command): Command =>
    command
      .option('--node <url>', 'the node to ask (default: http://127.0.0.1:8080)')
      .addOption(
        new Option('--key <file>', 'your key file, as an operator of the node')
          .env('BOTHY_KEY')
          .makeOptionMandatory(),
      )
      .option('--json', 'as JSON, one line')
      .addHelpText('after', passphraseHelp);
  options(person.command('remove'))
    .argument('<name>', 'who is to go')
    .description('remove a person: key, name, sessions, rooms and mailbox, on all nodes')
    .option(
      '--may-return',
      'do not keep their key out: where anybody may register they can come back at once',
    )
    .option('--wait', 'until all is done; it goes on by itself without that too')
    .action(async (name: string, flags: PersonFlags) => {
      const ask = await asker(flags);
      const query = flags.mayReturn === true ? '?mayReturn=true' : '';
      let removal = await ask(removalShape, 'DELETE', `persons/${encodeURIComponent(name)}${query}`);
      while (flags.wait === true && !hasEnded(removal)) {
        await wait(askEveryMs);
        removal = await known(ask, removal.id);
      }
      show([removal], flags, print);
      if (flags.wait === true && removal.state === 'compensated') process.exitCode = 1;
    });
  options(person.command('removals'))
    .description('who is being removed, and how far that is')
    .action(async (flags: PersonFlags) => {
      const { removals } = await (await asker(flags))(removalsShape, 'GET', 'removals');
      show(removals, flags, print);
    });
  options(person.command('keep'))
    .argument('<who>', 'their name, or the id of the removal, as "bothy person removals" shows them')
    .description('take a removal back, as long as the mailbox is not being cleared')
    .action(async (who: string, flags: PersonFlags) => {
      const ask = await asker(flags);
      const { id } = whichRemoval(who, (await ask(removalsShape, 'GET', 'removals')).removals);
      show([await ask(removalShape, 'DELETE', `removals/${encodeURIComponent(id)}`)], flags, print);
    });
  options(person.command('kept-out'))
    .description('whose key is kept out of all nodes')
    .action(async (flags: PersonFlags) => {
      const answer = await (await asker(flags))(allKeptOutShape, 'GET', 'kept-out');
      if (flags.json === true) return print(JSON.stringify(answer.keptOut));
      keptOutLines(answer).forEach(print);
    });
  options(person.command('let-in'))
    .argument('<who>', 'their name or id, as "bothy person kept-out" shows them')
    .description('let a person in again who was removed')
    .action(async (who: string, flags: PersonFlags) => {
      const ask = await asker(flags);
      const { keptOut } = await ask(allKeptOutShape, 'GET', 'kept-out');
      const found = whoIsMeant(who, keptOut);
      const letIn = await ask(keptOutShape, 'DELETE', `kept-out/${encodeURIComponent(found.person)}`);
      print(
        flags.json === true ? JSON.stringify(letIn) : `${plain(letIn.name)} may sign in again, at all nodes.`,
      );
    });
}

const defaultUrl = 'http://127.0.0.1:8080';

function asker({ node = defaultUrl, key }: PersonFlags): Promise<Ask> {
  return operatorAsk(node, key);
}

async function known(ask: Ask, id: string): Promise<ShownRemoval> {
  const { removals } = await ask(removalsShape, 'GET', 'removals');
  const found = removals.find((each) => each.id === id);
  if (found === undefined)
    throw new BothyError('not_found', 'The node does not know of this removal any more.');
  return found;
}

function hasEnded({ state }: ShownRemoval): boolean {
  return state === 'completed' || state === 'compensated';
}

function show(removals: readonly ShownRemoval[], { json }: PersonFlags, print: (line: string) => void): void {
  if (json === true) return print(JSON.stringify(removals));
  if (removals.length === 0) print('Nobody is being removed.');
  for (const removal of removals) removalLines(removal).forEach(print);
}

export function keptOutLines({ keptOut, stale }: KeptOutAnswer): string[] {
  const lines = keptOut.map(({ person, name, by, at }) => {
    const date = new Date(at);
    // A clock may say anything.
    const isDate = !Number.isNaN(date.getTime());
    const when = isDate ? `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'at an unknown time';
    return `${plain(name)} (${plain(person)}, removed by ${plain(by)}, ${when})`;
  });
  if (lines.length === 0) lines.push('Nobody is kept out.');
  if (stale === true) lines.push('Most nodes cannot be reached: this is as it was known last.');
  return lines;
}

/** By id or by name; a name that several had has to be told by the id. */
export function whoIsMeant(who: string, keptOut: readonly ShownKeptOut[]): ShownKeptOut {
  const found = keptOut.filter(({ person, name }) => person === who || name === who);
  const [first, ...others] = found;
  if (first === undefined) throw new BothyError('not_found', `Nobody called ${plain(who)} is kept out.`);
  if (others.length === 0) return first;
  const ids = found.map(({ person }) => plain(person)).join(', ');
  throw new BothyError(
    'bad_request',
    `${found.length} people were called ${plain(who)}. Name one by the id: ${ids}`,
  );
}

/** By id; or by name, of which one removal at most is under way. */
export function whichRemoval(who: string, removals: readonly ShownRemoval[]): ShownRemoval {
  const found = removals.find((each) => each.id === who || (each.name === who && !hasEnded(each)));
  if (found !== undefined) return found;
  throw new BothyError('not_found', `Nobody called ${plain(who)} is being removed.`);
}

const stateWords = {
  running: 'is being removed',
  compensating: 'stays: what was done is being undone',
  completed: 'is removed',
  compensated: 'stays: what was done is undone',
} as const;
const stepWords = {
  key: 'key',
  name: 'name and tokens',
  sessions: 'connections',
  rooms: 'rooms',
  mailbox: 'mailbox',
} as const;

export function removalLines({ id, name, by, state, steps, trouble, reason }: ShownRemoval): string[] {
  const done = steps.flatMap((step) => (step.state === 'done' ? [wordsOf(step.name)] : []));
  const underWay = steps.find((step) => step.state === 'underWay');
  return [
    `${plain(name)} ${stateWords[state]} (${id}, asked by ${plain(by)})`,
    ...(reason === undefined ? [] : [`  ${plain(reason)}`]),
    ...(done.length === 0 || state === 'completed' ? [] : [`  done: ${done.join(', ')}`]),
    ...(underWay === undefined
      ? []
      : [`  now: ${wordsOf(underWay.name)}${trouble === undefined ? '' : `. ${plain(trouble)}`}`]),
  ];
}

function wordsOf(step: string): string {
  return (stepWords as Readonly<Record<string, string | undefined>>)[step] ?? step;
}
