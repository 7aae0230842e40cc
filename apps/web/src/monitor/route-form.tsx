import { severityWords } from '@bothy/telemetry/views';
import { type AlarmRoute, type AlarmTarget, routeLimits, severities, weekdays } from '@bothy/wire';
import { type ReactNode, useState } from 'react';
import { type RouteDraft, routeMeaning, routeOf } from './route-draft.ts';
import type { KnownRoom } from './use-known-rooms.ts';

interface RouteFormProps {
  readonly initial: RouteDraft;
  readonly taken: readonly string[];
  readonly rooms: readonly KnownRoom[];
  /** Resolves to whether it was kept. */
  readonly save: (route: AlarmRoute) => Promise<boolean>;
  readonly cancel: () => void;
}

const targets: readonly { readonly kind: AlarmTarget['kind']; readonly title: string }[] = [
  { kind: 'room', title: 'A room' },
  { kind: 'person', title: 'A person' },
  { kind: 'browser', title: 'Browsers of all who watch' },
  { kind: 'webhook', title: 'Another program, by webhook' },
  { kind: 'email', title: 'Mail' },
];
const minute = 60_000;
const waits = [
  [0, 'at once'],
  [5 * minute, 'after 5 minutes'],
  [15 * minute, 'after 15 minutes'],
  [60 * minute, 'after an hour'],
  [8 * 60 * minute, 'after 8 hours'],
] as const;
const repeats = [
  [0, 'once'],
  [15 * minute, 'every 15 minutes'],
  [60 * minute, 'every hour'],
  [24 * 60 * minute, 'every day'],
] as const;

export function RouteForm({ initial, taken, rooms, save, cancel }: RouteFormProps) {
  const [draft, setDraft] = useState(initial);
  const [isTried, setIsTried] = useState(false);
  const change = (part: Partial<RouteDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const check = routeOf(draft);
  const isTaken = taken.includes(draft.name.trim());
  const problem = isTaken ? 'There is a route of this name.' : check.ok ? undefined : check.sentence;
  const roomName = rooms.find(({ id }) => id === draft.room)?.name;
  return (
    <form
      className="route-form"
      aria-label="Route"
      onSubmit={(event) => {
        event.preventDefault();
        setIsTried(true);
        if (check.ok && !isTaken) void save(check.route);
      }}
    >
      <label className="field">
        Name
        <input
          value={draft.name}
          maxLength={64}
          placeholder="night-watch"
          onChange={(event) => change({ name: event.target.value })}
        />
      </label>
      <label className="field">
        Goes to
        <select
          className="select"
          value={draft.kind}
          onChange={(event) => {
            const kind = targets.find((each) => each.kind === event.target.value)?.kind;
            if (kind !== undefined) change({ kind });
          }}
        >
          {targets.map(({ kind, title }) => (
            <option key={kind} value={kind}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <TargetFields draft={draft} rooms={rooms} change={change} />
      <fieldset className="ticks">
        <legend>Which alarms</legend>
        {severities.map((severity) => (
          <Tick
            key={severity}
            isOn={draft.severities.includes(severity)}
            set={(isOn) =>
              change({
                severities: isOn
                  ? [...draft.severities, severity]
                  : draft.severities.filter((each) => each !== severity),
              })
            }
          >
            {severityWords[severity]}
          </Tick>
        ))}
      </fieldset>
      <div className="field-row">
        {(['edges', 'sensors', 'rules'] as const).map((key) => (
          <label key={key} className="field">
            Only {key}
            <input
              value={draft[key]}
              placeholder="all; or names, * for any"
              onChange={(event) => change({ [key]: event.target.value })}
            />
          </label>
        ))}
      </div>
      <div className="field-row">
        <Choice title="Told" value={draft.afterMs} options={waits} set={(afterMs) => change({ afterMs })} />
        <Choice
          title="While nobody acknowledges"
          value={draft.repeatMs}
          options={repeats}
          set={(repeatMs) => change({ repeatMs })}
        />
      </div>
      <Tick isOn={draft.tellsEnd} set={(tellsEnd) => change({ tellsEnd })}>
        Tells also when it has ended, and who acknowledged it
      </Tick>
      <QuietFields draft={draft} change={change} />
      <p className={problem !== undefined && isTried ? 'hint problem' : 'hint'} role="status">
        {problem === undefined && check.ok ? routeMeaning(check.route, roomName) : isTried ? problem : ''}
      </p>
      <div className="actions">
        <button type="submit" className="button primary">
          Save
        </button>
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

interface PartProps {
  readonly draft: RouteDraft;
  readonly change: (part: Partial<RouteDraft>) => void;
}

function TargetFields({ draft, rooms, change }: PartProps & { readonly rooms: readonly KnownRoom[] }) {
  switch (draft.kind) {
    case 'room':
      return (
        <label className="field">
          Room
          <select
            className="select"
            value={draft.room}
            onChange={(event) => change({ room: event.target.value })}
          >
            <option value="">Choose a room</option>
            {draft.room !== '' && !rooms.some(({ id }) => id === draft.room) && (
              <option value={draft.room}>{draft.room} (not in reach)</option>
            )}
            {rooms.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      );
    case 'person':
      return (
        <label className="field">
          Name of the person
          <input
            value={draft.person}
            maxLength={32}
            onChange={(event) => change({ person: event.target.value })}
          />
        </label>
      );
    case 'browser':
      return <p className="hint">Each person allows it in their browser, below the list of alarms.</p>;
    case 'webhook':
      return (
        <div className="field-row">
          <label className="field">
            Address
            <input
              type="url"
              value={draft.url}
              maxLength={routeLimits.urlChars}
              placeholder="https://"
              onChange={(event) => change({ url: event.target.value })}
            />
          </label>
          <label className="field">
            Secret to sign with
            <input
              type="password"
              autoComplete="off"
              value={draft.secret}
              maxLength={routeLimits.secretChars}
              placeholder="may be left empty"
              onChange={(event) => change({ secret: event.target.value })}
            />
          </label>
        </div>
      );
    case 'email':
      return (
        <label className="field">
          Mail addresses
          <input value={draft.mail} onChange={(event) => change({ mail: event.target.value })} />
        </label>
      );
  }
}

function QuietFields({ draft, change }: PartProps) {
  const { quiet } = draft;
  return (
    <>
      <Tick isOn={draft.isQuiet} set={(isQuiet) => change({ isQuiet })}>
        Quiet hours: what still holds at their end is told then
      </Tick>
      {draft.isQuiet && (
        <fieldset className="ticks">
          <legend>Quiet</legend>
          {weekdays.map((day) => (
            <Tick
              key={day}
              isOn={quiet.days.includes(day)}
              set={(isOn) => {
                const days = weekdays.filter((each) => (each === day ? isOn : quiet.days.includes(each)));
                change({ quiet: { ...quiet, days } });
              }}
            >
              {day.charAt(0).toUpperCase() + day.slice(1)}
            </Tick>
          ))}
          {(['from', 'to'] as const).map((end) => (
            <label key={end} className="time-field">
              {end}
              <input
                type="time"
                value={quiet[end]}
                onChange={(event) => change({ quiet: { ...quiet, [end]: event.target.value } })}
              />
            </label>
          ))}
          <Tick isOn={draft.quietDanger} set={(quietDanger) => change({ quietDanger })}>
            Quiet about danger too
          </Tick>
        </fieldset>
      )}
    </>
  );
}

function Tick({ isOn, set, children }: { isOn: boolean; set: (isOn: boolean) => void; children: ReactNode }) {
  return (
    <label className="check">
      <input type="checkbox" checked={isOn} onChange={(event) => set(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly value: number;
  readonly options: readonly (readonly [number, string])[];
  readonly set: (value: number) => void;
}

function Choice({ title, value, options, set }: ChoiceProps) {
  const isOwn = !options.some(([ms]) => ms === value);
  return (
    <label className="field">
      {title}
      <select className="select" value={value} onChange={(event) => set(Number(event.target.value))}>
        {options.map(([ms, words]) => (
          <option key={ms} value={ms}>
            {words}
          </option>
        ))}
        {isOwn && <option value={value}>{Math.round(value / minute)} minutes</option>}
      </select>
    </label>
  );
}
