import type { Scenario } from '@bothy/simulator';
import { roughScenario } from './rough-cluster.ts';

export const roughCluster: Scenario = roughScenario();

/** What `npm run soak` runs. */
export const scenarios: readonly Scenario[] = [roughCluster];
