/**
 * The bare loop that rooms are measured beside: `ws`, and every message sent to every socket by `ws.send`. With a file
 * it commits each burst to SQLite first, in the simplest way, as durably as rooms do.
 */
import { DatabaseSync } from 'node:sqlite';
import { WebSocketServer } from 'ws';

const port = Number(process.argv[2]);
const file = process.argv[3];
const keep = file === undefined ? () => {} : keeper(file);
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    // One frame holds the texts of a burst; each goes out as a frame of its own, like a message of a room.
    const texts = JSON.parse(String(data)) as readonly string[];
    keep(texts);
    for (const client of server.clients) for (const text of texts) client.send(text);
  });
});
server.on('listening', () => process.stdout.write('ready\n'));
process.once('SIGTERM', () => process.exit());

function keeper(path: string): (texts: readonly string[]) => void {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE message (text TEXT)');
  const insert = database.prepare('INSERT INTO message VALUES (?)');
  return (texts) => {
    database.exec('BEGIN');
    for (const text of texts) insert.run(text);
    database.exec('COMMIT');
  };
}
