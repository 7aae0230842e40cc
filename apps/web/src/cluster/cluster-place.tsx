import { BothyError } from '@bothy/wire';
import type { ClusterStatusAnswer } from '@bothy/wire/schemas';
import { openRooms } from '../rooms/open-rooms.ts';
import { routeHash } from '../routing/route.ts';
import { useOpened } from '../shell/use-opened.ts';
import { useOperates } from '../shell/use-operates.ts';
import { type ClusterAccess, forgetNode } from './cluster-client.ts';
import { ClusterPicture } from './cluster-picture.tsx';
import { healthWords, rateWords, summaryWords } from './cluster-words.ts';
import { DirectoryCard } from './directory-card.tsx';
import { LastDeletions, NodeCards } from './node-cards.tsx';
import { useCluster } from './use-cluster.ts';
import './cluster.css';

/** The cluster: its nodes, how they are heard, what they keep. */
export default function ClusterPlace() {
  const opened = useOpened(openRooms);
  if (opened === undefined) return <p className="place-opening hint">Asking the nodes…</p>;
  if (opened instanceof BothyError) {
    return (
      <div className="empty empty-content">
        <h1>The cluster</h1>
        <p>{opened.message}</p>
      </div>
    );
  }
  return <Cluster access={opened.files} isOperator={opened.isOperator} />;
}

interface ClusterProps {
  readonly access: ClusterAccess;
  readonly isOperator: () => Promise<boolean>;
}

function Cluster({ access, isOperator }: ClusterProps) {
  const { status, problem, read } = useCluster(access);
  const operates = useOperates(isOperator, status?.self);

  async function forget(node: string, force: boolean): Promise<void> {
    await forgetNode(access, node, force).finally(read);
  }

  if (status === undefined) {
    return (
      <div className="empty empty-content" aria-busy={problem === undefined}>
        <h1>The cluster</h1>
        <p role="status">{problem ?? 'Asking the nodes…'}</p>
      </div>
    );
  }
  return (
    <div className="cluster">
      <header className="cluster-head">
        <h1>The cluster</h1>
        <p role="status" className={problem === undefined ? 'hint' : 'hint problem'}>
          {problem === undefined
            ? `${summaryWords(status.nodes)} As ${status.self} hears it.`
            : `${problem} What is shown is as it was heard last.`}
        </p>
      </header>
      <ClusterPicture
        nodes={status.nodes}
        self={status.self}
        administrators={status.rooms.map(({ administrator }) => administrator)}
      />
      <ClusterTable status={status} />
      {status.directory !== undefined && <DirectoryCard directory={status.directory} />}
      <NodeCards status={status} operates={operates} forget={forget} />
      <LastDeletions deletions={status.deletions} />
      <p>
        <a href={routeHash('rooms')}>Back to rooms</a>
      </p>
    </div>
  );
}

/** The picture for who cannot see it. */
function ClusterTable({ status }: { status: ClusterStatusAnswer }) {
  return (
    <table className="visually-hidden">
      <caption>Nodes of the cluster, as {status.self} hears them</caption>
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Health</th>
          <th scope="col">Connections</th>
          <th scope="col">Rooms it keeps</th>
          <th scope="col">Messages</th>
          <th scope="col">Version</th>
        </tr>
      </thead>
      <tbody>
        {status.nodes.map((node) => (
          <tr key={node.id}>
            <th scope="row">{node.id}</th>
            <td>{healthWords[node.health]}</td>
            <td>{node.sessions}</td>
            <td>{node.rooms}</td>
            <td>{rateWords(node.messagesPerSecond)}</td>
            <td>{node.version}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
