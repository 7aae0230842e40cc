import type { Scenario } from '@bothy/simulator';
import { everyCrash } from './every-crash.ts';

export const recoveryScenarios: readonly Scenario[] = [everyCrash('none')];
