import { alarmSpells, alarmTitle } from '@bothy/telemetry/views';
import { type SensorKey, sensorKey } from '@bothy/wire';
import { useEffect, useState } from 'react';
import type { ChartSpell } from './chart-model.ts';
import { useMonitor, useTelemetry } from './monitor-context.ts';

/** Alarms whose past is asked for, over all sensors of a chart; a chart with more is one of nothing else. */
const mostAlarms = 12;

interface KnownSpell extends Omit<ChartSpell, 'toMs'> {
  readonly toMs: number | null;
}

/** When alarms of these sensors held; one that holds ends now. */
export function useSpells(sensors: readonly SensorKey[], nowMs: number): readonly ChartSpell[] {
  const { client } = useMonitor();
  const { view } = useTelemetry();
  const [spells, setSpells] = useState<readonly KnownSpell[]>([]);
  const keys = sensors.join(' ');
  const mine = [...(view?.alarms.values() ?? [])].filter((alarm) =>
    sensors.includes(sensorKey(alarm.edge, alarm.sensor)),
  );
  // Asked anew when an alarm of them begins or ends, and not whenever its value changes.
  const standing = mine.map(({ id, active, count }) => `${id} ${active} ${count}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: how the alarms stand is why it is asked anew
  useEffect(() => {
    let shown = true;
    async function read(): Promise<void> {
      const wanted = new Set(keys.split(' '));
      const edges = [...new Set([...wanted].map((key) => key.split('/')[0] ?? ''))].filter(Boolean);
      const alarms = (await Promise.all(edges.map((edge) => client.alarms('all', 100, edge))))
        .flat()
        .filter((alarm) => wanted.has(sensorKey(alarm.edge, alarm.sensor)))
        .slice(0, mostAlarms);
      const details = await Promise.all(alarms.map(({ id }) => client.alarm(id)));
      if (!shown) return;
      setSpells(
        details.flatMap(({ alarm, history }) =>
          alarmSpells(alarm, history).map((spell) => ({
            ...spell,
            severity: alarm.severity,
            title: alarmTitle(alarm),
          })),
        ),
      );
    }
    // Without them the lines are still right.
    read().catch(() => {});
    return () => {
      shown = false;
    };
  }, [client, keys, standing]);
  return spells.map((spell) => ({ ...spell, toMs: spell.toMs ?? nowMs }));
}
