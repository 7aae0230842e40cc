/** What goes wrong where keys have places, and members come and go. */
import { overfullNode } from './overfull-node.ts';
import { resharding } from './resharding.ts';

export const partitioningFailures = [resharding, overfullNode];
