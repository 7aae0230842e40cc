/** The window of one conversation that is on screen, over the store of the session. */
import type { EntryRow } from '@bothy/peer/core';
import type { PeerSession } from '@bothy/peer/drivers/browser';
import { compareRows, mergeRows } from '@bothy/peer/views';
import { pageRows, RowWindow } from '../timeline/row-window.ts';

export type HistorySource = Pick<PeerSession, 'history' | 'amendments' | 'onEntries'>;

export class ConversationRows extends RowWindow<EntryRow> {
  constructor(source: HistorySource, conversation: string) {
    super({
      read: async (position) => {
        const rows = await source.history(conversation, { ...position, limit: pageRows });
        return { rows, last: rows.length < pageRows, amendments: await source.amendments(rows) };
      },
      listen: (arrived) =>
        source.onEntries((rows) => arrived(rows.filter((row) => row.conversation === conversation))),
      compare: compareRows,
      merge: mergeRows,
      amends: ({ record }) => record.body?.includes('"of"') === true,
    });
  }
}
