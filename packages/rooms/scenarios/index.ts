import { calm, type Scenario } from '@bothy/simulator';
import { clusterScenario } from './cluster-scenario.ts';
import { failedNodeScenario } from './failed-node-scenario.ts';
import { longLogScenario } from './long-log-scenario.ts';
import { silentNodeScenario } from './silent-node-scenario.ts';
import type { ClusterWorldOptions } from './sim-cluster.ts';

const kindLinks = { maxDelayMs: 5, reset: 0, halfOpen: 0 };

/** Everything that the simulator can break, over a minute. */
export const roughClusterOptions: ClusterWorldOptions = {
  name: 'rooms/rough-cluster',
  title: 'A cluster of equal nodes while everything goes wrong',
  nodes: (number) => 3 + (number % 5),
  clients: (number) => 2 + (number % 19),
  faults: {
    ...calm,
    crashEveryMs: 15_000,
    partitionEveryMs: 12_000,
    clockJumpEveryMs: 10_000,
    diskFailureEveryMs: 25_000,
    maxOutageMs: 12_000,
    maxSkewMs: 3_600_000,
  },
  links: { maxDelayMs: 60, reset: 0.002, halfOpen: 0.3 },
  clientCutEveryMs: 4_000,
  faultMs: 60_000,
  messages: 8,
  deletions: (number) => number % 2,
  crashAtDeletion: 0,
  lostVoter: 0,
};

/** Rooms are deleted while nodes crash, most of all just then. */
export const deletionsOptions: ClusterWorldOptions = {
  ...roughClusterOptions,
  name: 'rooms/deletions',
  title: 'Rooms are deleted on all nodes or on none, whoever crashes meanwhile',
  clients: (number) => 2 + (number % 9),
  faults: { ...roughClusterOptions.faults, partitionEveryMs: 20_000, crashEveryMs: 25_000 },
  faultMs: 40_000,
  messages: 3,
  deletions: (number) => 1 + (number % 3),
  crashAtDeletion: 0.4,
  lostVoter: 0.4,
};

/** As rough, with the replicated directory of the product beside the rooms of each node. */
export const withDirectoryOptions: ClusterWorldOptions = {
  ...roughClusterOptions,
  name: 'rooms/with-directory',
  title: 'Rooms are claimed in the replicated directory while everything goes wrong',
  nodes: (number) => 3 + (number % 3),
  clients: (number) => 2 + (number % 7),
  faultMs: 40_000,
  messages: 4,
  isReplicated: true,
};

/** As rough, with so many nodes that they ask by SWIM instead of telling all. */
export const manyNodesOptions: ClusterWorldOptions = {
  ...roughClusterOptions,
  name: 'rooms/many-nodes',
  title: 'Eleven nodes and more, who find out by asking who is gone',
  nodes: (number) => 11 + (number % 4),
  clients: (number) => 4 + (number % 9),
  faultMs: 40_000,
  messages: 3,
};

/** Nothing goes wrong: what a lab shows first. */
export const calmClusterOptions: ClusterWorldOptions = {
  ...roughClusterOptions,
  name: 'rooms/calm-cluster',
  title: 'A cluster of equal nodes on a good day',
  faults: calm,
  links: kindLinks,
  clientCutEveryMs: 0,
  faultMs: 20_000,
};

export const roughCluster: Scenario = clusterScenario(roughClusterOptions);
export const withDirectory: Scenario = clusterScenario(withDirectoryOptions);
export const manyNodes: Scenario = clusterScenario(manyNodesOptions);
export const calmCluster: Scenario = clusterScenario(calmClusterOptions);
export const deletions: Scenario = clusterScenario(deletionsOptions);
export const failedNode: Scenario = failedNodeScenario();
export const longLog: Scenario = longLogScenario();
export const silentNode: Scenario = silentNodeScenario();

/** What `npm run soak` runs. */
export const scenarios: readonly Scenario[] = [
  roughCluster,
  withDirectory,
  deletions,
  failedNode,
  longLog,
  manyNodes,
  silentNode,
  calmCluster,
];

/** Tests with real processes judge what people were told by the same. */
export { RoomHistories } from './room-histories.ts';
export { type ClusterWorldOptions, clusterScenario };
