export type { RoomsClientOptions } from './client-options.ts';
export { socketUrl, webUrlOf } from './node-urls.ts';
export { type RoomEvents, RoomHandle, type SendOptions } from './room-handle.ts';
export { connectRooms, RoomsClient, type RoomsClientEvents } from './rooms-client.ts';
