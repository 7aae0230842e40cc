/**
 * Socket.IO as its users run it on more than one node: with the Redis adapter, and each message appended to a Redis
 * list before it is acknowledged, for a chat that keeps its history. `memory` leaves Redis out: pure fan-out.
 */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const port = Number(process.argv[2]);
const redisPort = process.argv[3];
const http = createServer();
const io = new Server(http, { perMessageDeflate: false, transports: ['websocket'] });
const keep = await storage();

io.on('connection', (socket) => {
  socket.on('join', async (room: string, done: () => void) => {
    await socket.join(room);
    done();
  });
  socket.on('send', async (room: string, messages: readonly string[], done: () => void) => {
    for (const message of messages) await keep(room, message);
    for (const message of messages) io.to(room).emit('message', message);
    done();
  });
});

async function storage(): Promise<(room: string, message: string) => Promise<unknown>> {
  if (redisPort === undefined) return async () => undefined;
  const url = `redis://127.0.0.1:${redisPort}`;
  const [publisher, subscriber, store] = await Promise.all(
    [createClient({ url }), createClient({ url }), createClient({ url })].map((client) => client.connect()),
  );
  if (publisher === undefined || subscriber === undefined || store === undefined) throw new Error('no Redis');
  io.adapter(createAdapter(publisher, subscriber));
  return (room, message) => store.rPush(`room ${room}`, message);
}

http.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
process.once('SIGTERM', () => process.exit());
