import { BothyError } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import type { KeptOut, OperatorClient } from '../node/operator-client.ts';
import { AskedOnce } from '../shell/asked-once.tsx';

interface Shown {
  readonly keptOut: readonly KeptOut[];
  readonly stale?: true;
}

/** Whose key is kept out of all nodes, and the way back in. */
export function KeptOutPeople({ client }: { client: OperatorClient }) {
  const [shown, setShown] = useState<Shown>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<KeptOut>();
  const [letIn, setLetIn] = useState<string>();

  const read = useCallback(async () => {
    try {
      setShown(await client.keptOut());
      setProblem(undefined);
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }, [client]);
  useEffect(() => void read(), [read]);

  async function letBackIn({ person, name }: KeptOut): Promise<void> {
    setAsked(undefined);
    try {
      await client.letIn(person);
    } catch (thrown) {
      const error = BothyError.from(thrown);
      // Somebody was quicker; the list then says so.
      return error.code === 'not_found' ? await read() : setProblem(error.message);
    }
    // Said once the list shows it too.
    await read();
    setLetIn(name);
  }

  return (
    <section
      className="node-names"
      aria-label="Kept out"
      aria-busy={shown === undefined && problem === undefined}
    >
      <p className="hint" role="status">
        {letIn === undefined ? countWords(shown) : `${letIn} may sign in again.`}
      </p>
      {shown?.stale === true && (
        <p className="notice">Most nodes cannot be reached: this is as it was known last.</p>
      )}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {shown !== undefined && shown.keptOut.length > 0 && (
        <ul className="name-list">
          {shown.keptOut.map((each) => (
            <li key={each.person}>
              {asked?.person === each.person ? (
                <AskedOnce
                  question={`Let ${each.name} in again?`}
                  className="release-question"
                  act="Let in"
                  decline="Keep out"
                  isHarmless
                  onAct={() => letBackIn(each)}
                  keep={() => setAsked(undefined)}
                >
                  They may sign in at all nodes as somebody new. The name may be somebody else’s by now, and
                  they stay banned from the rooms that they were in.
                </AskedOnce>
              ) : (
                <KeptOutLine keptOut={each} ask={() => setAsked(each)} />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function KeptOutLine({ keptOut: { name, by, at }, ask }: { keptOut: KeptOut; ask: () => void }) {
  const day = new Date(at).toLocaleDateString(undefined, { dateStyle: 'medium' });
  return (
    <div className="name-line">
      <p>
        <strong>{name}</strong>
        <span className="hint">
          removed by {by}, {day}
        </span>
      </p>
      <button type="button" className="button small" aria-label={`Let ${name} in`} onClick={ask}>
        Let in…
      </button>
    </div>
  );
}

function countWords(shown: Shown | undefined): string {
  if (shown === undefined) return 'Reading who is kept out…';
  const { length } = shown.keptOut;
  if (length === 0) return 'Nobody is kept out. Who is removed comes here.';
  return length === 1
    ? 'One person is kept out of all nodes.'
    : `${length} people are kept out of all nodes.`;
}
