/** What simulations of other packages stand on too: the disk of a simulated directory, and the judge of its answers. */
export { DirectoryHistory, type Settle } from './directory-history.ts';
export { DirectoryStoreModel } from './directory-store-model.ts';
