/** Limits of rooms and of their client protocol. Sizes are UTF-8 bytes. Told to clients by `session.open`. */
export const roomLimits = {
  /** The body of one message. */
  bodyBytes: 64 * 1024,
  /** One frame from a client: a body whose every byte is escaped would not fit, a text that somebody wrote does. */
  frameBytes: 256 * 1024,
  roomNameChars: 64,
  descriptionChars: 512,
  /** Entries in one answer. */
  historyLimit: 200,
  /** Missed entries that a resume sends; more are a gap that `room.history` fills. */
  resumeEntries: 1_000,
  /** Rooms resumed by one session. */
  resumeRooms: 200,
  attachments: 8,
  /** One file. */
  fileBytes: 4 * 1024 * 1024,
  emojiBytes: 64,
  /** How deep JSON from a client may nest. */
  nesting: 16,
  roomsPerNode: 10_000,
  membersPerRoom: 10_000,
  /** Clients are silent for two of these at most. */
  heartbeatMs: 15_000,
  /** Commands a session may give: at once after a rest, and in the long run. */
  commandsBurst: 200,
  commandsPerSecond: 50,
} as const;
