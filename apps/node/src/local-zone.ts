/** The time zone in which devices without one write, and in which rules and routes keep their hours. */
import { BothyError } from '@bothy/wire';
import type { ZoneOffset } from '@bothy/wire/schemas';

/** Zones change at whole quarters of an hour. */
const quarterMs = 900_000;
const mostKept = 1_000;

export class LocalZone {
  /** Undefined: as this machine is set, which it knows without the tables of all zones and their megabytes. */
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #known = new Map<number, number>();

  /**
   * `name`: of the IANA database, such as `Europe/Berlin`. Throws `configuration_invalid`.
   * @default the machine's
   */
  constructor(name?: string) {
    if (name === undefined) return;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
    } catch {
      const wanted = 'it must be a time zone such as Europe/Berlin, Asia/Kolkata or UTC';
      throw new BothyError('configuration_invalid', `--zone is "${name.slice(0, 80)}"; ${wanted}.`);
    }
  }

  /** Minutes east of UTC at a Unix time. */
  readonly offsetAt = (wallMs: number): number => {
    const quarter = Math.floor(wallMs / quarterMs);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    const offset = this.#ask(quarter * quarterMs);
    // A device that replays years of local times would fill memory.
    if (this.#known.size >= mostKept) this.#known.clear();
    this.#known.set(quarter, offset);
    return offset;
  };

  /** Minutes east of UTC at a local time; of the hour that comes twice, the first. */
  readonly offsetOfLocal: ZoneOffset = (localMs) => {
    const before = this.offsetAt(localMs - 24 * 3_600_000);
    const guess = this.offsetAt(localMs - before * 60_000);
    // Right unless the clocks were changed between; then the other offset names the same local time, or none does.
    return this.offsetAt(localMs - guess * 60_000) === guess ? guess : before;
  };

  #ask(wallMs: number): number {
    if (this.#format === undefined) return 0 - new Date(wallMs).getTimezoneOffset();
    const part = this.#format.formatToParts(wallMs).find(({ type }) => type === 'timeZoneName');
    const match = /GMT([+-])(\d{1,2}):?(\d{2})?/.exec(part?.value ?? '');
    if (match === null) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
    return match[1] === '-' ? -minutes : minutes;
  }
}
