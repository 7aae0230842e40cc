/** The store of a simulated node: the model that real stores are compared with. */
export { RoomStoreModel } from '../core/testing/room-store-model.ts';
