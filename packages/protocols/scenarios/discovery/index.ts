import { fencingToken } from './fencing.ts';
import { herd } from './herd.ts';

export const discoveryFailures = [fencingToken, herd];
