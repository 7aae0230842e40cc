import type { RoomPermissions } from '@bothy/rooms/views';
import { memo } from 'react';
import { Icon } from '../shell/icons.tsx';
import { type Placed, timeLabel } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { MessageTools } from './message-tools.tsx';
import { Reactions } from './reactions.tsx';
import { RoomAttachment } from './room-attachment.tsx';
import type { RoomMessage } from './room-items.ts';

/** What can be done with messages. Refusals are shown where one writes. */
export interface RoomActions {
  readonly reply: (message: RoomMessage) => void;
  readonly edit: (message: RoomMessage) => void;
  readonly redact: (message: RoomMessage) => void;
  readonly react: (message: RoomMessage, emoji: string, on: boolean) => void;
  readonly pin: (message: Pick<RoomMessage, 'seq'>, on: boolean) => void;
  readonly retry: (message: RoomMessage) => void;
  readonly discard: (message: RoomMessage) => void;
  readonly loadGap: (from: number) => void;
  readonly jump: (seq: number) => void;
}

interface RoomBubbleProps {
  readonly item: Placed<RoomMessage>;
  readonly actions: RoomActions;
  readonly permissions: RoomPermissions;
}

export const RoomBubble = memo(
  function RoomBubble({ item, actions, permissions }: RoomBubbleProps) {
    const { mine, follows, body, name, status } = item;
    return (
      <li
        className={`bubble-row ${mine ? 'mine' : 'theirs'}${follows ? ' follows' : ''}`}
        data-key={item.key}
      >
        {/* A tap gives it the focus, and with it the buttons. */}
        <div
          className={`bubble${body === null ? ' bubble-deleted' : ''}${status === 'failed' ? ' bubble-failed' : ''}`}
          tabIndex={-1}
          data-seq={item.seq}
        >
          {mine ? (
            <span className="visually-hidden">You: </span>
          ) : follows ? (
            <span className="visually-hidden">{name}: </span>
          ) : (
            <p className="bubble-author">{name}</p>
          )}
          {item.reply !== undefined && body !== null && (
            <button type="button" className="bubble-quote" onClick={() => actions.jump(item.reply?.seq ?? 0)}>
              <span className="visually-hidden">Answers </span>
              <strong>{item.reply.name ?? 'An earlier message'}</strong>
              <span className="bubble-quote-text">{item.reply.text ?? 'Go there'}</span>
            </button>
          )}
          {body === null ? (
            <p className="bubble-text">
              {mine ? 'You took this message away' : 'This message was taken away'}
            </p>
          ) : (
            body !== '' && <p className="bubble-text">{body}</p>
          )}
          {item.attachments.map((attachment) => (
            <RoomAttachment key={attachment.file} attachment={attachment} />
          ))}
          <p className="bubble-foot">
            {item.pinned && <Icon name="pin" sizePx={14} />}
            {item.pinned && <span>pinned ·</span>}
            <time dateTime={new Date(item.atMs).toISOString()}>{timeLabel(item.atMs, readerFormat)}</time>
            {item.edited && body !== null && <span>edited</span>}
            {mine && body !== null && <Status status={status} />}
          </p>
          <Reactions message={item} mayReact={permissions.write} react={actions.react} />
          {status === 'sent' && body !== null && (
            <MessageTools item={item} actions={actions} permissions={permissions} />
          )}
          {status === 'failed' && (
            <div className="bubble-failure">
              <p>{item.failure}</p>
              <div className="actions">
                <button type="button" className="button small" onClick={() => actions.retry(item)}>
                  Send again
                </button>
                <button type="button" className="button small" onClick={() => actions.discard(item)}>
                  Give up
                </button>
              </div>
            </div>
          )}
        </div>
      </li>
    );
  },
  // Items are made anew with every entry; most of them say the same.
  (before, after) =>
    before.actions === after.actions && isSame(before.item, after.item) && samePermissions(before, after),
);

const words = { pending: 'Waiting to be sent', sent: 'The room has it', failed: 'Not sent' } as const;

function Status({ status }: { status: RoomMessage['status'] }) {
  return (
    <span className="status" data-status={status} title={words[status]}>
      <Icon name={status} sizePx={16} />
      <span className={status === 'sent' ? 'visually-hidden' : undefined}>{words[status]}</span>
    </span>
  );
}

function isSame(one: Placed<RoomMessage>, other: Placed<RoomMessage>): boolean {
  return (
    one.key === other.key &&
    one.seq === other.seq &&
    one.mine === other.mine &&
    one.body === other.body &&
    one.edited === other.edited &&
    one.pinned === other.pinned &&
    one.status === other.status &&
    one.mayEdit === other.mayEdit &&
    one.mayRedact === other.mayRedact &&
    one.failure === other.failure &&
    one.follows === other.follows &&
    one.reply?.text === other.reply?.text &&
    one.reply?.name === other.reply?.name &&
    JSON.stringify(one.reactions) === JSON.stringify(other.reactions)
  );
}

function samePermissions({ permissions: one }: RoomBubbleProps, { permissions: other }: RoomBubbleProps) {
  return one.write === other.write && one.pin === other.pin;
}
