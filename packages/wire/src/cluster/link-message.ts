/**
 * Everything that travels on the link of two nodes, as plain data: what rooms and brokers say to each
 * other, and what is said about the replicated directory. `bothy.cluster.v1` in `proto/` is the same as bytes.
 */
import type { CommitMessage, SwimMessage } from '@bothy/protocols';
import type { DirectoryMessage } from '../directory/directory-message.ts';
import type { ClusterMessage } from '../rooms/cluster-messages.ts';
import type { BridgeMessage } from './bridge-message.ts';

export type LinkMessage =
  | ClusterMessage<CommitMessage, SwimMessage>
  /** Somebody else called under the receiver's id, with a copy of its data folder, and was refused. */
  | { readonly kind: 'doubled' }
  | { readonly kind: 'bridge'; readonly message: BridgeMessage }
  /** About the replicated directory; `directory` is the list of rooms that a node administers. */
  | { readonly kind: 'replicated'; readonly message: DirectoryMessage };
