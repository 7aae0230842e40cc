import { browserIdentityStore } from '@bothy/peer/drivers/browser';
import { BothyError, type Name } from '@bothy/wire';
import { useEffect, useId, useState } from 'react';
import { askNode, lookUpName, type NodeSummary } from '../node/node-client.ts';
import { OperatorClient } from '../node/operator-client.ts';
import { signIn } from '../node/sign-in.ts';
import { routeHash } from '../routing/route.ts';
import { type NameStanding, nameStandingWords } from './name-standing.ts';
import { registrationWords } from './node-words.ts';

/** The node as its operator sees it. */
export interface OperatedNode {
  readonly node: NodeSummary;
  readonly client: OperatorClient;
}

interface ThisNodeProps {
  /** Who one is here. */
  readonly name: Name;
  /** Goes on to what only its operator sees. */
  readonly lookAfter: (operated: OperatedNode) => void;
  /** Closes what this stands in. */
  readonly leave: () => void;
}

type Known =
  | { readonly kind: 'asking' }
  | { readonly kind: 'unknown'; readonly message: string }
  | {
      readonly kind: 'known';
      readonly node: NodeSummary;
      readonly client: OperatorClient | undefined;
      readonly standing: NameStanding;
    };

/** Which node this is, who may come in, and for its operator the way to look after it. */
export function ThisNode({ name, lookAfter, leave }: ThisNodeProps) {
  const [known, setKnown] = useState<Known>({ kind: 'asking' });
  const titleId = useId();
  useEffect(() => {
    let shown = true;
    void find(name).then((found) => {
      if (shown) setKnown(found);
    });
    return () => {
      shown = false;
    };
  }, [name]);

  return (
    <section className="this-node" aria-labelledby={titleId} aria-busy={known.kind === 'asking'}>
      <h3 id={titleId}>This node</h3>
      {known.kind === 'asking' && <p className="hint">Asking the node…</p>}
      {known.kind === 'unknown' && <p className="hint">{known.message}</p>}
      {known.kind === 'known' && (
        <>
          <p>
            <strong>{known.node.id}</strong>. {registrationWords(known.node.registration)}
          </p>
          <p>
            <a href={routeHash('cluster')} onClick={leave}>
              The cluster: all nodes and their rooms
            </a>
          </p>
          <Standing words={nameStandingWords(name, known.standing)} />
          {known.client !== undefined && <Operator node={known.node} client={known.client} go={lookAfter} />}
        </>
      )}
    </section>
  );
}

function Standing({ words }: { words: string | undefined }) {
  return words === undefined ? null : <p className="notice">{words}</p>;
}

function Operator({ node, client, go }: OperatedNode & { go: (operated: OperatedNode) => void }) {
  return (
    <div className="this-node-operator">
      <p className="hint">You look after it: you are its operator.</p>
      <button type="button" className="button" onClick={() => go({ node, client })}>
        Names and invitations…
      </button>
    </div>
  );
}

/** `client` only for the operator. */
async function find(name: Name): Promise<Known> {
  try {
    const node = await askNode();
    let isProvisional = false;
    const client = new OperatorClient(async () => {
      const session = await signInAsOurselves();
      isProvisional = session.name === 'provisional';
      return session;
    });
    const isOperator = await client.isOperator();
    const rivals = (await lookUpName(name))?.rivals.length ?? 0;
    const standing = { isProvisional, rivals };
    return { kind: 'known', node, client: isOperator ? client : undefined, standing };
  } catch (thrown) {
    return { kind: 'unknown', message: BothyError.from(thrown).message };
  }
}

async function signInAsOurselves() {
  const identity = await browserIdentityStore().load();
  if (identity === undefined) throw new BothyError('not_found', 'Your key is not in this browser any more.');
  return await signIn(identity);
}
