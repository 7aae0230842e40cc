export { checkEdge } from './check-edge.ts';
export { openEdgeLog, readableLine } from './edge-log.ts';
export { type RunningEdge, type StartEdgeOptions, startEdge } from './start-edge.ts';
