export { type RoomStoreOptions, SqliteRoomStore } from './sqlite-room-store.ts';
