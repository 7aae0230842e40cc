import { useContext } from 'react';
import { RoomIdContext } from './room-id-context.ts';
import type { RoomMessage } from './room-items.ts';
import { listed } from './room-words.ts';
import { useRooms } from './rooms-context.ts';

interface ReactionsProps {
  readonly message: RoomMessage;
  readonly mayReact: boolean;
  readonly react: (message: RoomMessage, emoji: string, on: boolean) => void;
}

/** What people think of a message; a second press takes one's own back. */
export function Reactions({ message, mayReact, react }: ReactionsProps) {
  const { session } = useRooms();
  const log = session.log(useContext(RoomIdContext));
  const { me } = session.state();
  if (message.reactions.length === 0 || message.body === null) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
    <div className="reactions" role="group" aria-label="Reactions">
      {message.reactions.map(({ emoji, by }) => {
        const own = me !== undefined && by.includes(me);
        const names = listed(
          by.map((person) => (person === me ? 'You' : (log.nameOf(person) ?? 'somebody'))),
        );
        return (
          <button
            key={emoji}
            type="button"
            className="reaction"
            aria-pressed={own}
            aria-label={`${emoji}, ${by.length}: ${names}`}
            title={names}
            disabled={!mayReact}
            onClick={() => react(message, emoji, !own)}
          >
            <span aria-hidden="true">{emoji}</span> {by.length}
          </button>
        );
      })}
    </div>
  );
}
