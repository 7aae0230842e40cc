import { describe } from 'vitest';
import { nameDirectoryContract } from '../testing/name-directory-contract.ts';
import { MemoryNameDirectory } from './name-directory.ts';

describe('MemoryNameDirectory', () => nameDirectoryContract(async () => new MemoryNameDirectory()));
