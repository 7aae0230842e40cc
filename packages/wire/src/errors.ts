/**
 * The one error class of Bothy. Outside failures are `BothyError`s with a code
 * of this closed list; `docs/reference/errors.md` and the list are compared by
 * `tidy`. Expected outcomes are data, and broken invariants throw plain errors.
 */

/** Every code, in the order of the reference page. A code is never renamed or reused. */
export const errorCodes = [
  // What somebody sent
  'bad_request',
  'payload_too_large',
  'rate_limited',
  'not_found',
  // Who somebody is and what they may do
  'unauthorized',
  'forbidden',
  'origin_refused',
  'name_invalid',
  'name_taken',
  'registration_closed',
  'invitation_required',
  'invitation_invalid',
  'person_removed',
  'bad_signature',
  'wrong_recipient',
  'stale_boot',
  'replayed',
  'unknown_device',
  // Peer chat
  'unknown_contact',
  'contact_exists',
  'message_empty',
  'message_too_large',
  'peer_unreachable',
  'device_rolled_back',
  // Rooms
  'room_not_found',
  'room_deleted',
  'room_busy',
  'not_a_member',
  'not_the_owner',
  'banned',
  'message_id_reused',
  'target_not_found',
  'administrator_unreachable',
  'limit_reached',
  'session_required',
  'unknown_method',
  'unsupported_version',
  // Nodes among each other
  'fenced',
  'node_id_taken',
  'cluster_refused',
  'node_unreachable',
  'directory_unavailable',
  // The machine and what runs on it
  'address_in_use',
  'data_directory_unusable',
  'database_corrupt',
  'storage_failed',
  'broker_unreachable',
  'configuration_invalid',
  'setup_failed',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface BothyErrorOptions {
  readonly cause?: unknown;
  /** Plain data for programs; must be serialisable as JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An outside failure: a closed `code` for programs, a sentence for people that says what to do. */
export class BothyError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: BothyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BothyError';
    this.code = code;
    this.details = options.details;
  }

  /** Wraps anything that was thrown; a `BothyError` comes back as it is. */
  static from(thrown: unknown, code: ErrorCode = 'internal'): BothyError {
    if (thrown instanceof BothyError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new BothyError(code, message, { cause: thrown });
  }

  toJSON(): { code: ErrorCode; message: string; details?: Readonly<Record<string, unknown>> } {
    return this.details === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, details: this.details };
  }
}
