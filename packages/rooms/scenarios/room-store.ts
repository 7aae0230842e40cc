/** What the core's tests stand on too: the store of a simulated node, and what stands for hashes and for the directory. */
export { DirectoryModel, type RoomDirectoryCommand } from '../core/testing/directory-model.ts';
export { RoomStoreModel } from '../core/testing/room-store-model.ts';
export { stageCreation } from '../core/testing/stage-creation.ts';
