/** Talk in rooms at a terminal: a line to type in at the bottom, what is said above it. */
import { clearLine, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import type { RoomHandle, RoomsClient } from '@bothy/rooms/client';
import type { ClientNotice } from '@bothy/rooms/client-core';
import { deletionProgress } from '@bothy/rooms/views';
import { BothyError } from '@bothy/wire';
import { columnsOf } from './fitted-lines.ts';
import { entryLine, memberLines, noticeLine, plain, roomLines } from './rooms-lines.ts';
import { findRoom } from './rooms-session.ts';
import { helpLines, type TypedLine, typedLine } from './rooms-words.ts';

export interface TerminalOptions {
  readonly room: string | undefined;
  readonly history: number;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

export async function talkAtTerminal(client: RoomsClient, options: TerminalOptions): Promise<void> {
  const talk = new TerminalTalk(client, options);
  await talk.run();
}

class TerminalTalk {
  readonly #client: RoomsClient;
  readonly #options: TerminalOptions;
  readonly #lines: Interface;
  #room: RoomHandle | undefined;
  /** The room whose join is on its way: its history is shown too. */
  #going: string | undefined;
  /** The input has ended: nothing may be asked of it any more. */
  #isOver = false;
  /** Said of the connection last. */
  #connection = '';

  constructor(client: RoomsClient, options: TerminalOptions) {
    this.#client = client;
    this.#options = options;
    const { input, output } = options;
    this.#lines = createInterface({ input, output, terminal: true, historySize: 200 });
  }

  async run(): Promise<void> {
    const client = this.#client;
    const endListening = client.on('notice', (notice) => this.#heard(notice));
    const ended = new Promise<void>((resolve) => {
      this.#lines.once('close', () => {
        this.#isOver = true;
        endListening();
        resolve();
      });
    });
    this.#lines.on('SIGINT', () => this.#lines.close());
    this.#lines.on('line', (line) => void this.#typed(line));
    const { session } = client;
    this.#print(
      `You are ${session?.name} at ${session?.node}${session?.verified ? '' : ', as a guest'}. /help lists the commands.`,
    );
    this.#prompt();
    if (this.#options.room === undefined) await this.#try(() => this.#do({ kind: 'rooms' }));
    else await this.#try(() => this.#go(this.#options.room ?? ''));
    await ended;
    this.#options.output.write('\n');
  }

  async #typed(line: string): Promise<void> {
    // The line comes back as an entry once the room has it.
    if (this.#room !== undefined && !line.startsWith('/') && line.trim() !== '') this.#takeBack(line);
    await this.#try(async () => await this.#do(typedLine(line)));
    this.#prompt();
  }

  async #try(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (thrown) {
      this.#print(plain(BothyError.from(thrown).message));
    }
  }

  async #do(typed: TypedLine): Promise<void> {
    const client = this.#client;
    switch (typed.kind) {
      case 'nothing':
        return;
      case 'help':
        return this.#printAll(helpLines(columnsOf(this.#options.output)));
      case 'quit':
        return this.#lines.close();
      case 'rooms':
        return this.#printAll(roomLines(await client.list()));
      case 'join':
        return await this.#go(typed.name);
      case 'create':
        this.#room = await client.create(typed.name);
        return this.#print(`The room ${plain(typed.name)} is made. Its id is ${this.#room.id}.`);
      case 'status':
        return this.#print(
          `${client.state}: ${client.session?.name ?? 'nobody'} at ${client.session?.node ?? 'no node'}`,
        );
      default:
        return await this.#inRoom(typed, this.#here());
    }
  }

  async #inRoom(
    typed: Exclude<TypedLine, { kind: 'nothing' | 'help' | 'quit' | 'rooms' | 'join' | 'create' | 'status' }>,
    room: RoomHandle,
  ): Promise<void> {
    switch (typed.kind) {
      case 'say': {
        const { body, replyTo } = typed;
        if (this.#client.state !== 'open' || room.info?.state !== 'available')
          this.#print(`… kept: ${plain(body)}`);
        // Answered by the entry, or by a notice that says why not; waiting here would hold the prompt.
        room.send(body, replyTo === undefined ? {} : { replyTo }).catch(() => {});
        return;
      }
      case 'edit':
        return void (await room.edit(typed.target, typed.body));
      case 'react':
        return void (await room.react(typed.target, typed.emoji));
      case 'redact':
        return void (await room.redact(typed.target));
      case 'pin':
      case 'unpin':
        return void (await room.pin(typed.target, typed.kind === 'pin'));
      case 'invite':
        return void (await room.invite({ name: typed.name }));
      case 'role':
        return void (await room.setRole(this.#member(room, typed.name), typed.role));
      case 'ban':
      case 'unban':
        return void (await room.ban(this.#member(room, typed.name), typed.kind === 'ban'));
      case 'members': {
        const { members } = await room.refresh();
        return this.#printAll(memberLines(members));
      }
      case 'history':
        return await this.#history(room, typed.before);
      case 'leave':
        await room.leave();
        return;
      case 'cancel':
        return await this.#cancel(room);
      case 'delete': {
        const { title, steps } = deletionProgress(await room.delete());
        return this.#printAll([title, ...steps.map(({ words }) => `  ${words}`)]);
      }
    }
  }

  async #go(wanted: string): Promise<void> {
    const id = await findRoom(this.#client, wanted);
    this.#going = id;
    try {
      const known = this.#client.rooms.get(id);
      this.#room = known ?? (await this.#client.join(id, { limit: this.#options.history }));
    } finally {
      this.#going = undefined;
    }
    const name = plain(this.#room.info?.name ?? id);
    this.#print(
      `You are in ${name}. ${this.#room.members.filter(({ presence }) => presence === 'online').length} here.`,
    );
    this.#prompt();
  }

  async #history(room: RoomHandle, before: number | undefined): Promise<void> {
    const first = before ?? room.entries[0]?.seq;
    const range = first === undefined ? {} : { before: first };
    const { entries, complete } = await room.history({ ...range, limit: 50 });
    for (const entry of entries) {
      const line = entryLine(entry, this.#client.session?.person);
      if (line !== '') this.#print(line);
    }
    if (entries.length === 0 || complete) this.#print('That is the beginning.');
    else this.#print(`/history ${entries[0]?.seq} shows what is before.`);
  }

  /** By name as it is shown; the node finds those who are not here. */
  #member(room: RoomHandle, name: string) {
    const known = room.members.find((each) => each.name === name);
    return known === undefined ? { name } : { person: known.person };
  }

  readonly #failed = new Map<string, { readonly room: string; readonly messageId: string }>();

  async #cancel(room: RoomHandle): Promise<void> {
    const failed = [...this.#failed.values()].filter((each) => each.room === room.id);
    for (const each of failed) await room.discard(each);
    this.#print(failed.length === 0 ? 'Nothing has failed here.' : 'Given up.');
  }

  #here(): RoomHandle {
    if (this.#room !== undefined) return this.#room;
    throw new BothyError('bad_request', 'You are in no room. /rooms lists them, /join <room> goes there.');
  }

  #heard(notice: ClientNotice): void {
    const room = 'room' in notice && typeof notice.room === 'string' ? notice.room : undefined;
    if (notice.kind === 'entries') {
      const isHere = room === this.#room?.id || room === this.#going;
      for (const entry of notice.entries) {
        const line = entryLine(entry, this.#client.session?.person);
        const elsewhere = isHere ? '' : `[${plain(this.#client.rooms.get(notice.room)?.info?.name ?? '')}] `;
        if (line !== '' && (isHere || entry.content.kind === 'message')) this.#print(`${elsewhere}${line}`);
      }
      return;
    }
    if (notice.kind === 'message') {
      const { room: id, messageId } = notice.message;
      if (notice.state === 'failed') this.#failed.set(messageId, { room: id, messageId });
      else this.#failed.delete(messageId);
    }
    if (notice.kind === 'connection') {
      // Every try would be a line: only a change of the picture is.
      if (notice.state === this.#connection || notice.state === 'connecting') return;
      const isBack = notice.state === 'open' && this.#connection !== '';
      this.#connection = notice.state;
      if (isBack) return this.#print(`Connected again, to ${this.#client.session?.node}.`);
    }
    if (notice.kind === 'out' && room === this.#room?.id) this.#room = undefined;
    const line = noticeLine(notice, room === undefined ? undefined : this.#client.rooms.get(room)?.info);
    if (line !== '') this.#print(line);
  }

  #prompt(): void {
    if (this.#isOver) return;
    const name = this.#room?.info?.name;
    this.#lines.setPrompt(name === undefined ? '> ' : `${plain(name)}> `);
    this.#lines.prompt(true);
  }

  #printAll(lines: readonly string[]): void {
    for (const line of lines) this.#print(line);
  }

  /** Above the line that is being typed, which stays as it is. */
  #print(line: string): void {
    if (this.#isOver) return;
    const { output } = this.#options;
    cursorTo(output, 0);
    clearLine(output, 0);
    output.write(`${line}\n`);
    this.#lines.prompt(true);
  }

  #takeBack(line: string): void {
    const { output } = this.#options;
    const width = output.columns > 0 ? output.columns : 80;
    const rows = Math.max(1, Math.ceil((this.#lines.getPrompt().length + line.length) / width));
    for (let row = 0; row < rows; row++) {
      moveCursor(output, 0, -1);
      clearLine(output, 0);
    }
    cursorTo(output, 0);
  }
}
