import type { Scenario } from '@bothy/simulator';
import { foundingScenario } from './founding.ts';
import { growingScenario } from './growing.ts';
import { roughScenario } from './rough-cluster.ts';

export const roughCluster: Scenario = roughScenario();
export const founding: Scenario = foundingScenario();
export const growing: Scenario = growingScenario();

/** What `npm run soak` runs. */
export const scenarios: readonly Scenario[] = [roughCluster, founding, growing];
