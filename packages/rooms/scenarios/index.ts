import { calm, type Scenario } from '@bothy/simulator';
import { type ClusterWorldOptions, clusterScenario } from './cluster-scenario.ts';

const kindLinks = { maxDelayMs: 5, reset: 0, halfOpen: 0 };

/** Everything that the simulator can break, over a minute and a half. */
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
  deletion: 0.5,
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
export const calmCluster: Scenario = clusterScenario(calmClusterOptions);

export { type ClusterWorldOptions, clusterScenario };
