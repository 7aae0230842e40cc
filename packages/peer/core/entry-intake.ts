/** Taking entries that arrived: each log continues without a gap and along its chain, or is not taken. */
import { chainStanding, type HybridLogicalClock } from '@bothy/protocols';
import { type EntryBody, type LogKey, limits, logKeyOf, type VerifiedEntry } from '@bothy/wire';
import type { Conversation } from './conversation.ts';
import type { EntryRow, PeerWrite } from './records.ts';
import type { Step } from './step.ts';

/** Persists what continues a log. Doubles are passed over, a second history is told to `forked`, once. Returns the rows taken, in order. */
export function takeEntries(
  step: Step,
  conversation: Conversation,
  entries: readonly VerifiedEntry[],
  clock: HybridLogicalClock,
  forked: (log: LogKey) => void,
): EntryRow[] {
  const taken: { readonly row: EntryRow; readonly body: EntryBody | undefined }[] = [];
  const touched = new Set<LogKey>();
  for (const entry of entries) {
    const row = takeEntry(step, conversation, entry, clock);
    if (row === 'fork') forked(logKeyOf(entry.header));
    if (row === undefined || row === 'fork') continue;
    taken.push({ row, body: entry.body });
    touched.add(row.log);
  }
  const rows = taken.map(({ row }) => row);
  if (rows.length === 0) return rows;
  const writes: PeerWrite[] = rows.map((row) => ({ kind: 'putEntry', row }));
  for (const { row, body } of taken) writes.push(...droppedBodies(row, body));
  for (const log of touched) {
    writes.push({ kind: 'putHead', head: { conversation: conversation.id, log, ...conversation.head(log) } });
  }
  step.persist(...writes, { kind: 'putClock', clock: clock.last });
  return rows;
}

/** A deletion takes the body of its target away; the header stays, so the chain holds. */
export function droppedBodies(row: EntryRow, body: EntryBody | undefined): PeerWrite[] {
  if (body?.kind !== 'delete') return [];
  const [person = ''] = row.log.split('/');
  const log = logKeyOf({ person, device: body.of.device });
  return [{ kind: 'dropBody', conversation: row.conversation, log, n: body.of.n }];
}

function takeEntry(
  step: Step,
  conversation: Conversation,
  entry: VerifiedEntry,
  clock: HybridLogicalClock,
): EntryRow | 'fork' | undefined {
  const { header, record, hash } = entry;
  const log = logKeyOf(header);
  if (conversation.flagged.has(log)) return undefined;
  const standing = chainStanding(conversation.head(log), { n: header.n, prev: header.prev, hash });
  if (standing === 'held') return undefined;
  if (standing === 'fork') {
    conversation.flagged.add(log);
    step.refuse('bad_signature', 'A device signed two different histories; the first is kept.');
    return 'fork';
  }
  if (standing === 'gap') {
    step.refuse('bad_request', 'An entry arrived out of its order and was not taken.');
    return undefined;
  }
  if (header.n === 1 && conversation.logs().length >= limits.vectorLogs) {
    step.refuse(
      'rate_limited',
      `A conversation holds the logs of ${limits.vectorLogs} devices; one more came.`,
    );
    return undefined;
  }
  conversation.advance(log, hash, entry.body?.kind === 'message');
  const { merged } = clock.observe(header.hlc, step.now.wallMs);
  return { conversation: conversation.id, log, n: header.n, record, hash, hlc: header.hlc, ahead: !merged };
}
