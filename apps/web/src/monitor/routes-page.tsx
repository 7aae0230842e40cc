import { type AlarmRoute, BothyError } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import { useMonitor, useTelemetry } from './monitor-context.ts';
import { draftOf, emptyDraft, routeMeaning } from './route-draft.ts';
import { RouteForm } from './route-form.tsx';
import { type KnownRoom, useKnownRooms } from './use-known-rooms.ts';

/** Where alarms go: for operators. */
export function RoutesPage() {
  const { client } = useMonitor();
  const { routes, problem, read } = useRoutes();
  const rooms = useKnownRooms();
  const [editing, setEditing] = useState<string>();
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean }>();

  async function save(next: readonly AlarmRoute[], done: string): Promise<boolean> {
    let isDone = true;
    try {
      await client.saveRoutes(next);
      setSaid({ text: done, isProblem: false });
      setEditing(undefined);
    } catch (thrown) {
      isDone = false;
      setSaid({ text: BothyError.from(thrown).message, isProblem: true });
    }
    await read();
    return isDone;
  }
  async function attempt(name: string): Promise<void> {
    setSaid({ text: `Trying ${name}…`, isProblem: false });
    try {
      const { ok, sentence } = await client.tryRoute(name);
      setSaid({ text: sentence, isProblem: !ok });
    } catch (thrown) {
      setSaid({ text: BothyError.from(thrown).message, isProblem: true });
    }
  }
  const others = (name: string): readonly AlarmRoute[] => (routes ?? []).filter((each) => each.name !== name);

  return (
    <section className="routes-page" aria-labelledby="routes-title">
      <div className="alarms-head">
        <h2 id="routes-title">Where alarms go</h2>
        {editing === undefined && routes !== undefined && (
          <button type="button" className="button small" onClick={() => setEditing('')}>
            New route
          </button>
        )}
      </div>
      {said !== undefined && (
        <p className={said.isProblem ? 'notice bad' : 'notice'} role={said.isProblem ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {routes === undefined && problem === undefined && (
        <p className="hint" role="status">
          Asking the node…
        </p>
      )}
      {editing === '' && routes !== undefined && (
        <RouteForm
          initial={emptyDraft}
          taken={routes.map(({ name }) => name)}
          rooms={rooms}
          save={(route) => save([...routes, route], `${route.name} is kept. Try it.`)}
          cancel={() => setEditing(undefined)}
        />
      )}
      {routes?.length === 0 && editing === undefined && (
        <p className="hint">
          Alarms go nowhere: they stand in this app and wait for somebody to look. A route tells a room, a
          person, browsers, another program, or sends mail.
        </p>
      )}
      <ul className="rule-list" aria-label="Routes">
        {routes?.map((route) =>
          editing === route.name ? (
            <li key={route.name}>
              <RouteForm
                initial={draftOf(route)}
                taken={others(route.name).map(({ name }) => name)}
                rooms={rooms}
                save={(next) => save([...others(route.name), next], `${next.name} is kept.`)}
                cancel={() => setEditing(undefined)}
              />
            </li>
          ) : (
            <RouteRow
              key={route.name}
              route={route}
              rooms={rooms}
              attempt={() => attempt(route.name)}
              edit={() => setEditing(route.name)}
              remove={() => save(others(route.name), `${route.name} is gone.`)}
            />
          ),
        )}
      </ul>
    </section>
  );
}

interface RouteRowProps {
  readonly route: AlarmRoute;
  readonly rooms: readonly KnownRoom[];
  readonly attempt: () => Promise<void>;
  readonly edit: () => void;
  readonly remove: () => Promise<unknown>;
}

function RouteRow({ route, rooms, attempt, edit, remove }: RouteRowProps) {
  const [asking, setAsking] = useState(false);
  const { name, to } = route;
  const room = to.kind === 'room' ? rooms.find(({ id }) => id === to.room)?.name : undefined;
  return (
    <li className="rule-row">
      <h3>{name}</h3>
      <p>{routeMeaning(route, room)}</p>
      {asking ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
        <div className="question" role="group" aria-label={`Remove ${name}?`}>
          <p>
            <strong>Remove {name}?</strong> What waits to be told by it is told no more.
          </p>
          <div className="actions">
            <button type="button" className="button small danger" onClick={() => void remove()}>
              Remove
            </button>
            <button type="button" className="button small" onClick={() => setAsking(false)}>
              Keep
            </button>
          </div>
        </div>
      ) : (
        <div className="actions">
          <button
            type="button"
            className="button small"
            aria-label={`Try ${name}`}
            onClick={() => void attempt()}
          >
            Try
          </button>
          <button type="button" className="button small" aria-label={`Change ${name}`} onClick={edit}>
            Change
          </button>
          <button
            type="button"
            className="button small"
            aria-label={`Remove ${name}…`}
            onClick={() => setAsking(true)}
          >
            Remove…
          </button>
        </div>
      )}
    </li>
  );
}

function useRoutes() {
  const { client } = useMonitor();
  const { kind } = useTelemetry();
  const [routes, setRoutes] = useState<readonly AlarmRoute[]>();
  const [problem, setProblem] = useState<string>();
  const read = useCallback(async () => {
    try {
      setRoutes(await client.routes());
      setProblem(undefined);
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with a new connection it is asked anew
  useEffect(() => void read(), [read, kind === 'away']);
  return { routes, problem, read };
}
