import { type RoomVisibility, roomLimits } from '@bothy/wire';

export interface RoomWords {
  readonly name: string;
  readonly description: string;
  readonly visibility: RoomVisibility;
}

const choices = [
  { value: 'public', title: 'Open to everybody', about: 'It is listed, and whoever finds it may join.' },
  { value: 'private', title: 'By invitation', about: 'Only those who are invited know of it.' },
] as const;

/** What a room is called, what it is for, and who may come. */
export function RoomFields({ words, change }: { words: RoomWords; change: (words: RoomWords) => void }) {
  return (
    <>
      <label className="field">
        Name
        <input
          value={words.name}
          maxLength={roomLimits.roomNameChars}
          placeholder="Greenhouse"
          onChange={(event) => change({ ...words, name: event.target.value })}
        />
      </label>
      <label className="field">
        What it is for
        <textarea
          rows={2}
          value={words.description}
          maxLength={roomLimits.descriptionChars}
          placeholder="May be left empty"
          onChange={(event) => change({ ...words, description: event.target.value })}
        />
      </label>
      <fieldset className="choices">
        <legend>Who may join</legend>
        {choices.map(({ value, title, about }) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name="visibility"
              checked={words.visibility === value}
              onChange={() => change({ ...words, visibility: value })}
            />
            <span>
              <strong>{title}</strong>
              <span className="hint">{about}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
