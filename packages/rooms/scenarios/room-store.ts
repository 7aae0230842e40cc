/** What the core's tests stand on too: the store of a simulated node, and what stands for hashes. */
export { RoomStoreModel } from '../core/testing/room-store-model.ts';
export { stageCreation } from '../core/testing/stage-creation.ts';
