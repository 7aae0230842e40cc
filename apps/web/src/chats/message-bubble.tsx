import { memo } from 'react';
import { Icon } from '../shell/icons.tsx';
import { type PlacedMessage, timeLabel } from './day-groups.ts';
import { readerFormat } from './reader-format.ts';
import { statusWords } from './status-words.ts';

interface MessageBubbleProps {
  readonly item: PlacedMessage;
  readonly contactName: string;
  /** Show the status in words, not only as a tick. */
  readonly spelledOut: boolean;
}

export const MessageBubble = memo(
  function MessageBubble({ item, contactName, spelledOut }: MessageBubbleProps) {
    const { mine, follows, status } = item;
    return (
      <li
        className={`bubble-row ${mine ? 'mine' : 'theirs'}${follows ? ' follows' : ''}`}
        data-key={item.key}
      >
        <div className="bubble">
          <span className="visually-hidden">{mine ? 'You: ' : `${contactName}: `}</span>
          <p className="bubble-text">{item.text}</p>
          <p className="bubble-foot">
            <time dateTime={new Date(item.atMs).toISOString()}>{timeLabel(item.atMs, readerFormat)}</time>
            {item.clockAhead && <span title="Their clock shows a time to come."> · clock ahead</span>}
            {status !== undefined && (
              <span className="status" data-status={status} title={statusWords(status, contactName)}>
                <Icon name={status} sizePx={16} />
                <span className={spelledOut ? undefined : 'visually-hidden'}>
                  {statusWords(status, contactName)}
                </span>
              </span>
            )}
          </p>
        </div>
      </li>
    );
  },
  // Items are made anew with every change of a tick; most of them say the same.
  (before, after) =>
    before.contactName === after.contactName &&
    before.spelledOut === after.spelledOut &&
    before.item.key === after.item.key &&
    before.item.status === after.item.status &&
    before.item.follows === after.item.follows,
);
