export {
  type ClusterCredentials,
  type ClusterCredentialsOptions,
  clusterCredentials,
} from './cluster-credentials.ts';
export { ClusterLinks } from './cluster-links.ts';
export type {
  ClusterLinkEvents,
  ClusterLinksOptions,
  ClusterServices,
  ListedRoom,
  ListedRooms,
  ServiceCommand,
} from './links-options.ts';
export { askTelemetry, readFile } from './node-calls.ts';
