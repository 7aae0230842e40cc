/**
 * Small files that people put into rooms: the content in a folder, each under a random name that nobody chose, and what
 * is known of it in a database beside. A file is there when its row is: a row is written after the content is on the
 * disk, and content without a row is removed at the next start.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Author, BothyError, type RoomId, roomLimits, toBase32 } from '@bothy/wire';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from './sqlite-database.ts';

export interface RoomFile {
  /** 26 characters of base32: 128 random bits. */
  readonly file: string;
  readonly room: RoomId;
  /** As its sender called it: for people, never for a path. */
  readonly name: string;
  /** A media type, as its sender said. */
  readonly type: string;
  readonly sizeBytes: number;
  readonly person: Author;
  /** Unix milliseconds. */
  readonly uploadedAt: number;
}

interface FilesSchema {
  room_file: {
    file: string;
    room: string;
    name: string;
    type: string;
    size_bytes: number;
    person: string;
    uploaded_at: number;
  };
}

const roomFiles: Migration = {
  up: async (database: Kysely<unknown>) => {
    await database.schema
      .createTable('room_file')
      .addColumn('file', 'text', (column) => column.primaryKey())
      .addColumn('room', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'integer', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('uploaded_at', 'integer', (column) => column.notNull())
      .execute();
    await database.schema.createIndex('room_file_room').on('room_file').column('room').execute();
  },
};

export interface RoomFilesOptions {
  /** `content/` and the database are made in it. */
  readonly folder: string;
  readonly wallMs: () => number;
  /** All files together. @default 4 GiB */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 4 * 1024 ** 3;

export class RoomFiles {
  readonly #database: Kysely<FilesSchema>;
  readonly #content: string;
  readonly #wallMs: () => number;
  readonly #maxBytes: number;
  /** With those that are being written. */
  #totalBytes: number;

  private constructor(database: Kysely<FilesSchema>, options: RoomFilesOptions, totalBytes: number) {
    this.#database = database;
    this.#content = join(options.folder, 'content');
    this.#wallMs = options.wallMs;
    this.#maxBytes = options.maxBytes ?? defaultMaxBytes;
    this.#totalBytes = totalBytes;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open(options: RoomFilesOptions): Promise<RoomFiles> {
    const content = join(options.folder, 'content');
    const database = await openDatabase<FilesSchema>({
      file: join(options.folder, 'files.sqlite'),
      migrations: { '001-room-files': roomFiles },
    });
    await mkdir(content, { recursive: true });
    const rows = await database.selectFrom('room_file').select(['file', 'size_bytes']).execute();
    const known = new Set(rows.map(({ file }) => file));
    for (const name of await readdir(content)) if (!known.has(name)) await rm(join(content, name));
    const totalBytes = rows.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    return new RoomFiles(database, options, totalBytes);
  }

  /** On the disk when it resolves. Throws `payload_too_large`, `limit_reached` or `storage_failed`. */
  async add(
    about: Pick<RoomFile, 'room' | 'name' | 'type' | 'person'>,
    content: Uint8Array,
  ): Promise<RoomFile> {
    const sizeBytes = content.length;
    if (sizeBytes > roomLimits.fileBytes) {
      throw new BothyError('payload_too_large', `A file is at most ${roomLimits.fileBytes} bytes.`);
    }
    if (this.#totalBytes + sizeBytes > this.#maxBytes) {
      throw new BothyError('limit_reached', 'This node keeps no more files. Ask who runs it for room.');
    }
    this.#totalBytes += sizeBytes;
    const file = toBase32(randomBytes(16));
    const added = { ...about, file, sizeBytes, uploadedAt: this.#wallMs() };
    try {
      await this.#write(file, content);
      await this.#database.insertInto('room_file').values(rowOf(added)).execute();
      return added;
    } catch (thrown) {
      this.#totalBytes -= sizeBytes;
      await rm(join(this.#content, file), { force: true });
      throw BothyError.from(thrown, 'storage_failed');
    }
  }

  async find(file: string): Promise<RoomFile | undefined> {
    const query = this.#database.selectFrom('room_file').selectAll().where('file', '=', file);
    const row = await query.executeTakeFirst();
    return row === undefined ? undefined : fileOf(row);
  }

  /** The file and its content; undefined when it is not here. */
  async read(file: string): Promise<{ readonly about: RoomFile; readonly content: Buffer } | undefined> {
    const about = await this.find(file);
    // Only ids that are in the database become part of a path.
    return about === undefined
      ? undefined
      : { about, content: await readFile(join(this.#content, about.file)) };
  }

  /** Rooms with files here. */
  async rooms(): Promise<RoomId[]> {
    const rows = await this.#database.selectFrom('room_file').select('room').distinct().execute();
    return rows.map(({ room }) => room);
  }

  /** A room was deleted. */
  async removeRoom(room: RoomId): Promise<void> {
    const query = this.#database.deleteFrom('room_file').where('room', '=', room);
    await this.#removed(await query.returning(['file', 'size_bytes']).execute());
  }

  /** A message with these files was taken away. Only what its author put into that room goes: a message can name any file. */
  async remove({ room, person }: Pick<RoomFile, 'room' | 'person'>, files: readonly string[]): Promise<void> {
    const query = this.#database
      .deleteFrom('room_file')
      .where('room', '=', room)
      .where('person', '=', person)
      .where('file', 'in', files);
    await this.#removed(await query.returning(['file', 'size_bytes']).execute());
  }

  async close(): Promise<void> {
    await this.#database.destroy();
  }

  async #removed(rows: readonly { readonly file: string; readonly size_bytes: number }[]): Promise<void> {
    for (const { file, size_bytes } of rows) {
      this.#totalBytes -= size_bytes;
      await rm(join(this.#content, file), { force: true });
    }
  }

  async #write(file: string, content: Uint8Array): Promise<void> {
    const handle = await open(join(this.#content, file), 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

function rowOf(added: RoomFile): FilesSchema['room_file'] {
  const { file, room, name, type, sizeBytes, person, uploadedAt } = added;
  return { file, room, name, type, size_bytes: sizeBytes, person, uploaded_at: uploadedAt };
}

function fileOf(row: FilesSchema['room_file']): RoomFile {
  const { file, room, name, type, size_bytes, person, uploaded_at } = row;
  return { file, room, name, type, sizeBytes: size_bytes, person: person as Author, uploadedAt: uploaded_at };
}
