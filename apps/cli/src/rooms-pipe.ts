/** Talk in a room by lines: what comes in is sent, what is said comes out. For pipes and programs. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RoomsClient } from '@bothy/rooms/client';
import type { RoomEntry } from '@bothy/wire';
import { BothyError } from '@bothy/wire';
import * as z from 'zod/mini';
import { entryJson, entryLine, noticeLine } from './rooms-lines.ts';
import { findRoom } from './rooms-session.ts';

export interface PipeOptions {
  readonly room: string;
  readonly history: number;
  /** Lines of JSON, in and out. */
  readonly json: boolean;
  /** Go on when the input has ended. */
  readonly follow: boolean;
  readonly input: Readable;
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Lines are read no faster than they are sent. */
const maxWaiting = 200;

const jsonLine = z.object({
  body: z.string(),
  replyTo: z.exactOptional(z.int()),
  messageId: z.exactOptional(z.string()),
});

/** Resolves with how many messages were not taken, once all are answered. */
export async function talkByLines(client: RoomsClient, options: PipeOptions): Promise<number> {
  const { json, print, warn, input, signal } = options;
  const id = await findRoom(client, options.room);
  const me = client.session?.person;
  const ends: (() => void)[] = [];
  let shownSeq = 0;
  let sentSeq = 0;
  let wasShown = (): void => {};
  const show = (entry: RoomEntry): void => {
    shownSeq = entry.seq;
    if (shownSeq >= sentSeq) wasShown();
    if (json) return print(entryJson(id, entry));
    const line = entryLine(entry, me);
    if (line !== '') print(line);
  };
  // Before the join, so that its history comes through here as well.
  ends.push(
    client.on('notice', (notice) => {
      if (notice.kind === 'entries' && notice.room === id) for (const entry of notice.entries) show(entry);
      else if (json && noted.has(notice.kind)) print(JSON.stringify(notice));
      else if (!json && notice.kind !== 'message') {
        const line = noticeLine(notice, client.rooms.get(id)?.info);
        if (line !== '') warn(line);
      }
    }),
  );
  const handle = await client.join(id, { limit: options.history });
  let failures = 0;
  const waiting = new Set<Promise<void>>();
  const say = (line: string): void => {
    const message = messageOf(line, json);
    if (message === undefined) return;
    const sent = Promise.resolve()
      .then(() => {
        if (message instanceof BothyError) throw message;
        const { body, ...rest } = message;
        return handle.send(body, rest);
      })
      .then(
        ({ seq }) => {
          sentSeq = Math.max(sentSeq, seq);
          if (json) print(JSON.stringify({ kind: 'sent', room: id, seq, line }));
        },
        (thrown: unknown) => {
          failures += 1;
          const { code, message: sentence } = BothyError.from(thrown);
          if (json) print(JSON.stringify({ kind: 'refused', room: id, code, message: sentence, line }));
          else warn(`Not sent: ${line}\n  ${sentence}`);
        },
      )
      .finally(() => waiting.delete(sent));
    waiting.add(sent);
  };
  const out = new Promise<void>((resolve) => {
    ends.push(handle.on('out', () => resolve()));
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  void out.then(() => lines.close());
  for await (const line of lines) {
    say(line);
    while (waiting.size >= maxWaiting) await Promise.race(waiting);
  }
  if (options.follow) await out;
  await Promise.race([Promise.all(waiting), out]);
  // The answer to a message comes before the message itself, which is to be seen as well.
  const shown = new Promise<void>((resolve) => {
    wasShown = resolve;
    if (shownSeq >= sentSeq) resolve();
  });
  await Promise.race([shown, out]);
  for (const end of ends) end();
  return failures + waiting.size;
}

const noted: ReadonlySet<string> = new Set(['connection', 'gap', 'reset', 'state', 'presence', 'out']);

function messageOf(line: string, json: boolean): z.infer<typeof jsonLine> | BothyError | undefined {
  if (line.trim() === '') return undefined;
  if (!json) return { body: line };
  try {
    const parsed = jsonLine.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
  } catch {
    // Said below.
  }
  return new BothyError(
    'bad_request',
    'With --json a line is {"body": "…", "replyTo"?: 12, "messageId"?: "…"}.',
  );
}
