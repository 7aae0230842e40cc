import type { RoomPermissions } from '@bothy/rooms/views';
import { roomLimits, utf8Bytes } from '@bothy/wire';
import { type FormEvent, useState } from 'react';
import { Icon, type IconName } from '../shell/icons.tsx';
import type { RoomMessage } from './room-items.ts';
import type { RoomActions } from './room-message.tsx';

interface MessageToolsProps {
  readonly item: RoomMessage;
  readonly actions: RoomActions;
  readonly permissions: RoomPermissions;
}

/** What most people want to say without words. */
const quickEmoji = ['👍', '❤️', '😄', '🎉', '👀', '✅'] as const;

/** Beside a message, while the pointer or the focus is on it. Taking it away asks once more. */
export function MessageTools({ item, actions, permissions }: MessageToolsProps) {
  const [open, setOpen] = useState<'nothing' | 'reacting' | 'asking'>('nothing');
  const close = () => setOpen('nothing');
  if (open === 'asking') {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
      <div className="bubble-question" role="group" aria-label="Take this message away?">
        <span>Take it away for everybody, for good?</span>
        <button type="button" className="button small danger" onClick={() => actions.redact(item)}>
          Take away
        </button>
        <button
          type="button"
          className="button small"
          // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just gone
          autoFocus
          onClick={close}
        >
          Keep
        </button>
      </div>
    );
  }
  if (open === 'reacting') {
    return (
      <ReactBar
        react={(emoji) => {
          actions.react(item, emoji, true);
          close();
        }}
        close={close}
      />
    );
  }
  return (
    <div className="bubble-actions">
      {permissions.write && <Tool icon="smile" name="React" press={() => setOpen('reacting')} />}
      {permissions.write && <Tool icon="reply" name="Reply" press={() => actions.reply(item)} />}
      {item.mayEdit && <Tool icon="edit" name="Edit message" press={() => actions.edit(item)} />}
      {permissions.pin && (
        <Tool
          icon="pin"
          name={item.pinned ? 'Unpin message' : 'Pin message'}
          press={() => actions.pin(item, !item.pinned)}
        />
      )}
      {item.mayRedact && <Tool icon="delete" name="Take away" press={() => setOpen('asking')} />}
    </div>
  );
}

function Tool({ icon, name, press }: { icon: IconName; name: string; press: () => void }) {
  return (
    <button type="button" className="button icon-only" aria-label={name} title={name} onClick={press}>
      <Icon name={icon} sizePx={16} />
    </button>
  );
}

function ReactBar({ react, close }: { react: (emoji: string) => void; close: () => void }) {
  const [typed, setTyped] = useState('');
  function submit(event: FormEvent): void {
    event.preventDefault();
    const emoji = typed.trim();
    if (emoji !== '' && utf8Bytes(emoji) <= roomLimits.emojiBytes) react(emoji);
  }
  return (
    <form
      className="react-bar"
      aria-label="React"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
    >
      {quickEmoji.map((emoji, at) => (
        <button
          key={emoji}
          type="button"
          className="reaction"
          aria-label={`React with ${emoji}`}
          // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just gone
          autoFocus={at === 0}
          onClick={() => react(emoji)}
        >
          {emoji}
        </button>
      ))}
      <input
        value={typed}
        maxLength={16}
        aria-label="Another emoji"
        placeholder="Other"
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="button" className="button small" onClick={close}>
        Close
      </button>
    </form>
  );
}
