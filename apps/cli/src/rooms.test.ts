/** `bothy rooms` and `bothy cluster status` against real nodes. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createIdentity, writeKeyFile } from '@bothy/identity';
import { parseConfig, type RunningNode, startNode } from '@bothy/node';
import type { RoomsClient } from '@bothy/rooms/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askForStatus } from './cluster-status.ts';
import { type PipeOptions, talkByLines } from './rooms-pipe.ts';
import { openRooms } from './rooms-session.ts';
import { keySignIn, type RoomsSignIn } from './rooms-sign-in.ts';
import { talkAtTerminal } from './rooms-terminal.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bothy-rooms-'));
const clients: RoomsClient[] = [];
let node: RunningNode;

beforeAll(async () => {
  const ports = { http: '0', mqtt: '0', cluster: '0' };
  node = await startNode(parseConfig({ id: 'n1', ...ports, data: join(folder, 'n1') }, {}));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
});

async function open(signIn: RoomsSignIn): Promise<RoomsClient> {
  const client = await openRooms([node.webUrl], signIn);
  clients.push(client);
  return client;
}

async function talk(
  client: RoomsClient,
  room: string,
  lines: readonly string[],
  options: Partial<PipeOptions> = {},
): Promise<{ readonly failures: number; readonly printed: string[]; readonly warned: string[] }> {
  const [printed, warned]: [string[], string[]] = [[], []];
  const input = new PassThrough();
  input.end(lines.map((line) => `${line}\n`).join(''));
  const failures = await talkByLines(client, {
    room,
    history: 20,
    json: false,
    follow: false,
    input,
    print: (line) => printed.push(line),
    warn: (line) => warned.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { failures, printed, warned };
}

describe('in a pipe', () => {
  test('every line is a message, in order, and every entry a line', async () => {
    const client = await open({ name: 'anna' });
    await client.create('Pipe');
    const lines = Array.from({ length: 150 }, (_, index) => `line ${index}`);
    const { failures, printed, warned } = await talk(client, 'Pipe', lines);
    expect(failures).toBe(0);
    expect(warned).toEqual([]);
    const bodies = printed.flatMap((line) => /anna: (.*)$/.exec(line)?.[1] ?? []);
    expect(bodies).toEqual(lines);
  });

  test('as JSON, in and out; what is not taken is said and counted', async () => {
    const client = await open({ name: 'ben' });
    await client.create('Json');
    const lines = ['{"body":"one","messageId":"m-1"}', 'one', '{"body":""}', '{"body":"two","replyTo":999}'];
    const { failures, printed } = await talk(client, 'Json', lines, { json: true });
    expect(failures).toBe(3);
    const said = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said).toContainEqual(expect.objectContaining({ kind: 'message', messageId: 'm-1', body: 'one' }));
    expect(said).toContainEqual(expect.objectContaining({ kind: 'sent', line: lines[0] }));
    const codes = said.filter(({ kind }) => kind === 'refused').map(({ code }) => code);
    expect(codes.sort()).toEqual(['bad_request', 'bad_request', 'target_not_found']);
  });

  test('it ends when it is told to, and when the room is no more', async () => {
    const owner = await open({ name: 'cleo' });
    const room = await owner.create('Short');
    const guest = await open({ name: 'dora' });
    const joined = new Promise<void>((resolve) => {
      room.on('entry', ({ content }) => {
        if (content.kind === 'joined' && content.personName === 'dora') resolve();
      });
    });
    const talking = talk(guest, room.id, [], { follow: true });
    await joined;
    await room.delete();
    expect((await talking).warned.at(-1)).toContain('deleted');
    await expect(talk(guest, 'Short', [])).rejects.toMatchObject({ code: 'room_not_found' });
  });
});

describe('signing in', () => {
  test('a key file proves who one is', async () => {
    const { personKeyPair, person } = await createIdentity({ name: 'emma', issuedAt: Date.now() });
    if (personKeyPair === undefined) throw new Error('a new person has a key');
    const path = join(folder, 'emma.json');
    writeFileSync(path, await writeKeyFile({ name: 'emma', personKeyPair }, 'correct horse'));
    const client = await open(await keySignIn(path, async () => 'correct horse'));
    expect(client.session).toMatchObject({ person, name: 'emma', verified: true });
    await expect(keySignIn(path, async () => 'wrong horse')).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(keySignIn(join(folder, 'none'), async () => '')).rejects.toMatchObject({
      code: 'bad_request',
    });
    // The name has an owner now: no guest goes by it.
    await expect(open({ name: 'emma' })).rejects.toMatchObject({ code: 'name_taken' });
  });

  test('no node is one sentence', async () => {
    await expect(openRooms(['http://127.0.0.1:9'], { name: 'anna' })).rejects.toMatchObject({
      code: 'node_unreachable',
      message: expect.stringContaining('http://127.0.0.1:9'),
    });
  });
});

/** A terminal of two pipes; `until` waits for what is on the screen. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input, ref: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let screen = '';
  const looks = new Set<() => void>();
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    for (const look of looks) look();
  });
  const until = (wanted: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = wanted.exec(screen);
        if (at === null) return;
        looks.delete(look);
        screen = screen.slice(at.index + at[0].length);
        resolve(at[0]);
      };
      looks.add(look);
      look();
    });
  const streams = {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
  };
  return {
    ...streams,
    type: (line: string) => input.write(`${line}\r`),
    end: () => input.write('\u0004'),
    until,
  };
}

test('at a terminal: make a room, talk, answer, look, leave', async () => {
  const client = await open({ name: 'fritz' });
  const { input, output, type, end, until } = terminal();
  const talking = talkAtTerminal(client, { room: undefined, history: 20, input, output });
  await until(/You are fritz at n1, as a guest/);
  await until(/Lobby of n1/);
  type('in no room');
  await until(/You are in no room/);
  type('/create Stube');
  await until(/The room Stube is made/);
  type('good evening');
  await until(/#3 \d\d:\d\d fritz: good evening/);
  type('/reply 3 to myself');
  await until(/\(to #3\) to myself/);
  const other = await open({ name: 'gerda' });
  const room = await other.join([...client.rooms.keys()][0] ?? '');
  await until(/gerda joined/);
  await room.send('may I?');
  await until(/gerda: may I\?/);
  type('/members');
  await until(/fritz \(here, owner, guest\)(.|\s)*gerda \(here, guest\)/);
  type('/edit 999 x');
  await until(/no such message/);
  type('/history 4');
  await until(/good evening(.|\s)*That is the beginning/);
  type('/leave');
  await until(/You have left this room/);
  type('/delete');
  await until(/You are in no room/);
  end();
  await talking;
  // What is heard after the end is for nobody.
  await room.leave();
});

function bothy(
  args: readonly string[],
  text = '',
  variables: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, ...variables },
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdin.end(text);
    child.once('close', (code) => resolve({ code, output, errors }));
  });
}

test('as a command: what it prints, and its exit codes', async () => {
  const at = ['--node', node.webUrl, '--name', 'hans'];
  const made = await bothy(['rooms', 'create', 'Shell', ...at, '--json']);
  expect(made).toMatchObject({ code: 0, errors: '' });
  const { id } = JSON.parse(made.output) as { id: string };
  const said = await bothy(['rooms', id, ...at], 'from a shell\n');
  expect(said.output).toMatch(/hans: from a shell\n$/);
  expect(said).toMatchObject({ code: 0, errors: '' });
  expect((await bothy(['rooms', id, ...at, '--json'], 'not JSON\n')).code).toBe(1);
  const where = await bothy(['rooms', ...at]);
  expect(where).toMatchObject({ code: 1, errors: expect.stringContaining('Which room?') });
  const byVariable = await bothy(['rooms', 'list', '--json'], '', {
    BOTHY_NODE: node.webUrl,
    BOTHY_NAME: 'hans',
  });
  expect(byVariable.output).toContain(id);
  const byFlag = await bothy(['rooms', 'list', ...at], '', { BOTHY_NODE: 'http://127.0.0.1:9' });
  expect(byFlag.output).toContain(id);
  const none = await bothy(['cluster', 'status', '--node', 'http://127.0.0.1:9']);
  expect(none).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('No node answers') });
});

test('the cluster, as the node shows it', async () => {
  const status = await askForStatus(node.webUrl);
  expect(status).toMatchObject({ self: 'n1', nodes: [{ id: 'n1', health: 'up' }] });
  expect(status.rooms.map(({ name }) => name)).toContain('Lobby of n1');
  await expect(askForStatus('not a url')).rejects.toMatchObject({ code: 'bad_request' });
  await expect(askForStatus(`${node.webUrl}/nothing`)).resolves.toMatchObject({ self: 'n1' });
});
