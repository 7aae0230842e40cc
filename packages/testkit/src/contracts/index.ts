export { nameDirectoryContract } from './name-directory-contract.ts';
