export type {
  ClearTimer,
  Core,
  Durable,
  Early,
  Found,
  Kinded,
  Lookup,
  Now,
  Persist,
  Seal,
  Sealed,
  SetTimer,
  TimerFired,
} from './core.ts';
export { type Random, seededRandom } from './random.ts';
