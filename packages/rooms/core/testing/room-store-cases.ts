/** What every room store is tried with, the model included. Rules STORE1 to STORE8 of drivers/sqlite/SPEC.md. */
import { fenceCases } from './fence-cases.ts';
import { logCases } from './log-cases.ts';
import { recordCases } from './record-cases.ts';
import type { RoomStoreCase } from './store-case.ts';

export const roomStoreCases: readonly RoomStoreCase[] = [...logCases, ...fenceCases, ...recordCases];
