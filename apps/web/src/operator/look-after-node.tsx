import type { Name } from '@bothy/wire';
import { useState } from 'react';
import { InvitePeople } from './invite-people.tsx';
import { KeptOutPeople } from './kept-out-people.tsx';
import { NodeNames } from './node-names.tsx';
import type { OperatedNode } from './this-node.tsx';
import './operator.css';

/** What an operator does: see who has which name, free one, let people in, and keep them out. */
export default function LookAfterNode({ node, client, me }: OperatedNode & { me: Name }) {
  const [shown, setShown] = useState<'names' | 'invite' | 'keptOut'>('names');
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form */}
      <div className="switch" role="group" aria-label="What to do">
        <button
          type="button"
          className="button small"
          aria-pressed={shown === 'names'}
          onClick={() => setShown('names')}
        >
          Names
        </button>
        <button
          type="button"
          className="button small"
          aria-pressed={shown === 'invite'}
          onClick={() => setShown('invite')}
        >
          Invite people
        </button>
        <button
          type="button"
          className="button small"
          aria-pressed={shown === 'keptOut'}
          onClick={() => setShown('keptOut')}
        >
          Kept out
        </button>
      </div>
      {shown === 'names' && <NodeNames client={client} me={me} />}
      {shown === 'invite' && <InvitePeople client={client} registration={node.registration} />}
      {shown === 'keptOut' && <KeptOutPeople client={client} />}
    </>
  );
}
