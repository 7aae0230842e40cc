/** Where deliveries go: a breaker for each target, however many routes lead there. Rule TRT10 in SPEC.md. */
import { CircuitBreaker } from '@bothy/protocols';
import type { AlarmTarget } from '@bothy/wire';

/** Five attempts in a row fail: leave it alone for half a minute, and for longer each time, up to a quarter of an hour. */
const breaking = { failures: 5, openMs: 30_000, factor: 2, maxOpenMs: 900_000 } as const;

export class Targets {
  readonly #breakers = new Map<string, CircuitBreaker>();

  of(target: AlarmTarget): CircuitBreaker {
    const key = targetKey(target);
    const known = this.#breakers.get(key);
    if (known !== undefined) return known;
    const breaker = new CircuitBreaker(breaking);
    this.#breakers.set(key, breaker);
    return breaker;
  }

  /** Those of other targets go. */
  keepOnly(targets: readonly AlarmTarget[]): void {
    const kept = new Set(targets.map(targetKey));
    for (const key of this.#breakers.keys()) if (!kept.has(key)) this.#breakers.delete(key);
  }
}

/** What fails together: all addresses of one web server, and all mail, which goes through one server. */
function targetKey(target: AlarmTarget): string {
  switch (target.kind) {
    case 'room':
      return `room ${target.room}`;
    case 'person':
      return `person ${target.name}`;
    case 'webhook':
      return `webhook ${hostOf(target.url)}`;
    case 'email':
    case 'browser':
      return target.kind;
  }
}

/** For people; addresses may hold secrets below their host. */
export function targetWords(target: AlarmTarget): string {
  switch (target.kind) {
    case 'room':
      return `room ${target.room}`;
    case 'person':
      return target.name;
    case 'webhook':
      return `webhook at ${hostOf(target.url)}`;
    case 'email':
      return `mail to ${target.to.join(', ')}`;
    case 'browser':
      return 'browsers';
  }
}

function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? url;
}
