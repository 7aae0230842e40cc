import { BothyError, type Name } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import type { OperatorClient, OwnedName } from '../node/operator-client.ts';
import { AskedOnce } from '../shell/asked-once.tsx';
import { NodeRemovals } from './node-removals.tsx';

interface Names {
  readonly names: readonly OwnedName[];
  readonly complete: boolean;
}

/** Who has which name here. One that is released is free at once, so it is asked for once more. */
export function NodeNames({ client, me }: { client: OperatorClient; me: Name }) {
  const [shown, setShown] = useState<Names>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<{ readonly name: Name; readonly act: 'release' | 'remove' }>();
  const [begun, setBegun] = useState(0);
  const [freed, setFreed] = useState<Name>();

  const read = useCallback(
    async (after?: Name) => {
      try {
        const page = await client.names(after);
        setShown((before) => {
          const earlier = after === undefined ? [] : (before?.names ?? []);
          return { names: [...earlier, ...page.names], complete: page.complete };
        });
        setProblem(undefined);
      } catch (thrown) {
        setProblem(BothyError.from(thrown).message);
      }
    },
    [client],
  );
  useEffect(() => void read(), [read]);
  const readAll = useCallback(() => void read(), [read]);

  async function release(name: Name): Promise<void> {
    setAsked(undefined);
    try {
      await client.release(name);
    } catch (thrown) {
      const error = BothyError.from(thrown);
      // Somebody was quicker; the list then says so.
      return error.code === 'not_found' ? await read() : setProblem(error.message);
    }
    // Said once the list shows it too.
    await read();
    setFreed(name);
  }

  async function remove(name: Name, mayReturn: boolean): Promise<void> {
    setAsked(undefined);
    try {
      await client.remove(name, mayReturn);
      setBegun((before) => before + 1);
    } catch (thrown) {
      const error = BothyError.from(thrown);
      if (error.code !== 'not_found') return setProblem(error.message);
    }
    await read();
  }

  return (
    <section className="node-names" aria-label="Names" aria-busy={shown === undefined}>
      <p className="hint" role="status">
        {freed === undefined ? countWords(shown) : `${freed} is free now.`}
      </p>
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <ul className="name-list">
        {shown?.names.map((owned) => (
          <li key={owned.name}>
            {asked?.name !== owned.name ? (
              <NameLine
                owned={owned}
                isMe={owned.name === me}
                ask={(act) => setAsked({ name: owned.name, act })}
              />
            ) : asked.act === 'release' ? (
              <ReleaseQuestion
                name={owned.name}
                release={() => release(owned.name)}
                keep={() => setAsked(undefined)}
              />
            ) : (
              <RemoveQuestion
                name={owned.name}
                remove={(mayReturn) => remove(owned.name, mayReturn)}
                keep={() => setAsked(undefined)}
              />
            )}
          </li>
        ))}
      </ul>
      {shown?.complete === false && (
        <button type="button" className="button small" onClick={() => read(shown.names.at(-1)?.name)}>
          More names
        </button>
      )}
      {/* Read anew with each that is begun. */}
      <NodeRemovals key={begun} client={client} onEnded={readAll} />
    </section>
  );
}

interface NameLineProps {
  readonly owned: OwnedName;
  readonly isMe: boolean;
  readonly ask: (act: 'release' | 'remove') => void;
}

function NameLine({ owned, isMe, ask }: NameLineProps) {
  const day = new Date(owned.claimedAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
  return (
    <div className="name-line">
      <p>
        <strong>{owned.name}</strong>
        {owned.operator && <span className="tag">{isMe ? 'you, operator' : 'operator'}</span>}
        <span className="hint">since {day}</span>
      </p>
      {!isMe && (
        <div className="name-acts">
          <button
            type="button"
            className="button small"
            aria-label={`Release ${owned.name}`}
            onClick={() => ask('release')}
          >
            Release…
          </button>
          {!owned.operator && (
            <button
              type="button"
              className="button small danger"
              aria-label={`Remove ${owned.name}`}
              onClick={() => ask('remove')}
            >
              Remove…
            </button>
          )}
        </div>
      )}
    </div>
  );
}

interface ReleaseQuestionProps {
  readonly name: Name;
  readonly release: () => void;
  readonly keep: () => void;
}

function ReleaseQuestion({ name, release, keep }: ReleaseQuestionProps) {
  return (
    <AskedOnce
      question={`Release the name ${name}?`}
      className="release-question"
      act="Release"
      onAct={release}
      keep={keep}
    >
      The name then goes to whoever signs in with it first. Meant for somebody who has lost their key: their
      contacts are warned of the new one.
    </AskedOnce>
  );
}

interface RemoveQuestionProps {
  readonly name: Name;
  readonly remove: (mayReturn: boolean) => void;
  readonly keep: () => void;
}

function RemoveQuestion({ name, remove, keep }: RemoveQuestionProps) {
  const [mayReturn, setMayReturn] = useState(false);
  return (
    <AskedOnce
      question={`Remove ${name}?`}
      className="release-question"
      act="Remove"
      onAct={() => remove(mayReturn)}
      keep={keep}
    >
      On all nodes the name is freed, they are signed off and banned from their rooms, and what waits for them
      is cleared. What they wrote stays. Their key is kept out until an operator lets it in again.
      <label className="may-return">
        <input type="checkbox" checked={mayReturn} onChange={(event) => setMayReturn(event.target.checked)} />
        They may come back: their key is not kept out
      </label>
    </AskedOnce>
  );
}

function countWords(shown: Names | undefined): string {
  if (shown === undefined) return 'Reading the names…';
  const { length } = shown.names;
  if (!shown.complete) return `The first ${length} names.`;
  return length === 1 ? 'One name so far: yours.' : `${length} names.`;
}
