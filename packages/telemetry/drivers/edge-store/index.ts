export { SqliteEdgeStore } from './sqlite-edge-store.ts';
