/** What became of the alarms of plain devices: none may be lost that nobody has acknowledged, and nobody is asked twice. */
import type { Alarm, AlarmId } from '@bothy/wire';

interface Spell {
  readonly openedMs: number;
  /** Undefined: it was opened at two homes for a moment, and one of them was acknowledged. */
  isAcknowledged: boolean | undefined;
}

export class DeviceAlarms {
  /** The last spell of each alarm, as whoever was home opened it. */
  readonly #spells = new Map<AlarmId, Spell>();
  readonly counts = { deviceAlarms: 0, acknowledged: 0 };

  /** Durable, and said. */
  opened({ id, openedMs }: Alarm): void {
    this.counts.deviceAlarms += 1;
    this.#spells.set(id, { openedMs, isAcknowledged: false });
  }

  /** A person was answered so. */
  acknowledged({ id, openedMs }: Alarm): void {
    this.counts.acknowledged += 1;
    const spell = this.#spells.get(id);
    if (spell !== undefined) spell.isAcknowledged = spell.openedMs === openedMs ? true : undefined;
  }

  /** In the end, of what the home of a device has. */
  problem(device: string, known: readonly Alarm[]): string | undefined {
    const byId = new Map(known.map((alarm) => [alarm.id, alarm]));
    for (const [id, { openedMs, isAcknowledged }] of this.#spells) {
      if (!id.startsWith(`${device}~`) || isAcknowledged === undefined) continue;
      const alarm = byId.get(id);
      if (isAcknowledged) {
        if (alarm?.openedMs === openedMs && !alarm.acknowledged) return `${id} is to be acknowledged twice`;
      } else if (alarm === undefined) return `${id} is lost, and nobody has seen it`;
      else if (alarm.acknowledged && alarm.openedMs === openedMs) return `nobody has acknowledged ${id}`;
    }
    return undefined;
  }
}
