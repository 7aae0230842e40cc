/** What the end of a log says, to be said once more under another id (PS24). */
import type { EntryBody } from '@bothy/wire';
import type { EntryRow } from './records.ts';

/** An entry to be written, and when it was first said. */
export interface SaidAgain {
  readonly body: EntryBody;
  readonly hlc: EntryRow['hlc'];
}

/**
 * The entries of a log from number `from` on, without what names one of them: messages with their last text, and what
 * changes earlier entries as it stands. What was deleted stays away. `rows` are in order, all of one `device`.
 */
export function tailAgain(rows: readonly EntryRow[], device: string, from: number): readonly SaidAgain[] {
  const said = new Map<number, SaidAgain>();
  for (const { n, hlc, record } of rows) {
    const body = bodyOf(record.body);
    if (body === undefined) continue;
    if (body.kind === 'message' || body.of.device !== device || body.of.n < from) {
      said.set(n, { body, hlc });
      continue;
    }
    const target = said.get(body.of.n);
    if (target?.body.kind !== 'message') continue;
    if (body.kind === 'delete') said.delete(body.of.n);
    else said.set(body.of.n, { ...target, body: { ...target.body, text: body.text } });
  }
  return [...said.values()];
}

/** We wrote it ourselves, so it is of our kinds; undefined when it was deleted. */
function bodyOf(text: string | null): EntryBody | undefined {
  return text === null ? undefined : (JSON.parse(text) as EntryBody);
}
