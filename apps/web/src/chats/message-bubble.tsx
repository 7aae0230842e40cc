import type { MessageItem } from '@bothy/peer/views';
import { memo } from 'react';
import { Icon } from '../shell/icons.tsx';
import { type Placed, timeLabel } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { FailedMessage, type MessageActions, MessageButtons } from './message-actions.tsx';
import { statusWords } from './status-words.ts';

interface MessageBubbleProps {
  readonly item: Placed<MessageItem>;
  readonly contactName: string;
  /** Show the status in words, not only as a tick. */
  readonly spelledOut: boolean;
  readonly actions: MessageActions;
}

export const MessageBubble = memo(
  function MessageBubble({ item, contactName, spelledOut, actions }: MessageBubbleProps) {
    const { mine, follows, deleted } = item;
    return (
      <li
        className={`bubble-row ${mine ? 'mine' : 'theirs'}${follows ? ' follows' : ''}`}
        data-key={item.key}
      >
        {/* A tap gives it the focus, and with it the buttons. */}
        <div className={bubbleClass(item)} tabIndex={-1}>
          <span className="visually-hidden">{mine ? 'You: ' : `${contactName}: `}</span>
          {deleted ? (
            <p className="bubble-text">{mine ? 'You' : contactName} deleted this message</p>
          ) : (
            <p className="bubble-text">{item.text}</p>
          )}
          <p className="bubble-foot">
            <time dateTime={new Date(item.atMs).toISOString()}>{timeLabel(item.atMs, readerFormat)}</time>
            {item.edited && <span>edited</span>}
            {item.clockAhead && <span title="Their clock shows a time to come."> · clock ahead</span>}
            {!deleted && <Status item={item} contactName={contactName} spelledOut={spelledOut} />}
          </p>
          {actions.mayChange(item) && <MessageButtons item={item} actions={actions} />}
          {item.failure !== undefined && <FailedMessage item={item} actions={actions} />}
        </div>
      </li>
    );
  },
  // Items are made anew with every change of a tick; most of them say the same.
  (before, after) =>
    before.contactName === after.contactName &&
    before.spelledOut === after.spelledOut &&
    before.actions === after.actions &&
    before.item.key === after.item.key &&
    before.item.text === after.item.text &&
    before.item.deleted === after.item.deleted &&
    before.item.edited === after.item.edited &&
    before.item.status === after.item.status &&
    before.item.failure === after.item.failure &&
    before.item.follows === after.item.follows,
);

function bubbleClass({ deleted, status }: MessageItem): string {
  if (deleted) return 'bubble bubble-deleted';
  return status === 'failed' ? 'bubble bubble-failed' : 'bubble';
}

function Status({ item, contactName, spelledOut }: Omit<MessageBubbleProps, 'actions'>) {
  const { status } = item;
  if (status === undefined) return null;
  const words = statusWords(status, contactName);
  return (
    <span className="status" data-status={status} title={words}>
      <Icon name={status} sizePx={16} />
      <span className={spelledOut || status === 'failed' ? undefined : 'visually-hidden'}>{words}</span>
    </span>
  );
}
