import { BothyError, type Name } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import type { OperatorClient, OwnedName } from '../node/operator-client.ts';
import { AskedOnce } from '../shell/asked-once.tsx';

interface Names {
  readonly names: readonly OwnedName[];
  readonly complete: boolean;
}

/** Who has which name here. One that is released is free at once, so it is asked for once more. */
export function NodeNames({ client, me }: { client: OperatorClient; me: Name }) {
  const [shown, setShown] = useState<Names>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<Name>();
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

  async function release(name: Name): Promise<void> {
    setAsked(undefined);
    try {
      await client.release(name);
      setFreed(name);
    } catch (thrown) {
      const error = BothyError.from(thrown);
      // Somebody was quicker; the list then says so.
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
            {asked === owned.name ? (
              <ReleaseQuestion
                name={owned.name}
                release={() => release(owned.name)}
                keep={() => setAsked(undefined)}
              />
            ) : (
              <NameLine owned={owned} isMe={owned.name === me} ask={() => setAsked(owned.name)} />
            )}
          </li>
        ))}
      </ul>
      {shown?.complete === false && (
        <button type="button" className="button small" onClick={() => read(shown.names.at(-1)?.name)}>
          More names
        </button>
      )}
    </section>
  );
}

function NameLine({ owned, isMe, ask }: { owned: OwnedName; isMe: boolean; ask: () => void }) {
  const day = new Date(owned.claimedAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
  return (
    <div className="name-line">
      <p>
        <strong>{owned.name}</strong>
        {owned.operator && <span className="tag">{isMe ? 'you, operator' : 'operator'}</span>}
        <span className="hint">since {day}</span>
      </p>
      {!isMe && (
        <button type="button" className="button small" aria-label={`Release ${owned.name}`} onClick={ask}>
          Release…
        </button>
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

function countWords(shown: Names | undefined): string {
  if (shown === undefined) return 'Reading the names…';
  const { length } = shown.names;
  if (!shown.complete) return `The first ${length} names.`;
  return length === 1 ? 'One name so far: yours.' : `${length} names.`;
}
