/** What a node needs of its broker, embedded or not. */
import type { Broker } from './broker.ts';
import type { OutsideBroker } from './outside-broker.ts';

export type NodeBroker = Broker | OutsideBroker;
