import { nameDirectoryContract } from '@bothy/testkit/contracts';
import { describe } from 'vitest';
import { MemoryNameDirectory } from './name-directory.ts';

describe('[ID10, ID11, ID12] MemoryNameDirectory', () =>
  nameDirectoryContract(async (open) => new MemoryNameDirectory(open)));
