/** What an edge needs of the core, without what only nodes do: it is memory on small machines. */
export { defaultRules } from '../rules/default-rules.ts';
export { parseDuration } from '../rules/duration.ts';
export { formatRule } from '../rules/format-rule.ts';
export { type ParsedRule, parseRule } from '../rules/parse-rule.ts';
export { EdgeCore } from './edge-core.ts';
export type { EdgeConfig, EdgeInput, EdgeOutput, EdgePublish, SensorCommand } from './messages.ts';
