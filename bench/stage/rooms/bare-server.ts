/** The bare loop that rooms are measured beside: `ws`, and every message sent to every socket by `ws.send`. */
import { WebSocketServer } from 'ws';

const port = Number(process.argv[2]);
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    // One frame holds the texts of a burst; each goes out as a frame of its own, like a message of a room.
    const texts = JSON.parse(String(data)) as readonly string[];
    for (const client of server.clients) for (const text of texts) client.send(text);
  });
});
server.on('listening', () => process.stdout.write('ready\n'));
process.once('SIGTERM', () => process.exit());
