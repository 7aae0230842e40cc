import { type LiveView, sensorWords } from '@bothy/telemetry/views';
import type { SensorKey } from '@bothy/wire';
import { useEffect, useRef, useState } from 'react';
import { lineColours } from './chart-model.ts';

interface SensorChoiceProps {
  readonly view: LiveView;
  readonly chosen: readonly SensorKey[];
  readonly choose: (sensors: readonly SensorKey[]) => void;
}

/** As many lines as there are colours that can be told apart. */
const mostLines = lineColours.length;

/** Which sensors are drawn: open at first while none is, closed by Escape or a press elsewhere. */
export function SensorChoice({ view, chosen, choose }: SensorChoiceProps) {
  const [filter, setFilter] = useState('');
  const [isOpen, setIsOpen] = useState(chosen.length === 0);
  const list = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    function pressed(event: PointerEvent): void {
      if (event.target instanceof Node && list.current?.contains(event.target) !== true) setIsOpen(false);
    }
    function keyed(event: KeyboardEvent): void {
      if (event.key !== 'Escape') return;
      setIsOpen(false);
      list.current?.querySelector('summary')?.focus();
    }
    addEventListener('pointerdown', pressed);
    addEventListener('keydown', keyed);
    return () => {
      removeEventListener('pointerdown', pressed);
      removeEventListener('keydown', keyed);
    };
  }, [isOpen]);
  const words = filter.trim().toLowerCase();
  const found = [...view.sensors]
    .filter(([key, { sensor }]) => `${key} ${sensorWords(sensor)}`.toLowerCase().includes(words))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const isFull = chosen.length >= mostLines;
  return (
    <details
      ref={list}
      className="sensor-choice"
      open={isOpen}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary className="button small">Choose sensors</summary>
      <div className="sensor-choice-list">
        <input
          type="search"
          aria-label="Filter sensors"
          placeholder="Filter"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {isFull && <p className="hint">A chart shows {mostLines} at most: more could not be told apart.</p>}
        <ul>
          {found.slice(0, 200).map(([key, { edge, sensor, unit }]) => (
            <li key={key}>
              <label className="check">
                <input
                  type="checkbox"
                  checked={chosen.includes(key)}
                  disabled={isFull && !chosen.includes(key)}
                  onChange={(event) =>
                    choose(event.target.checked ? [...chosen, key] : chosen.filter((each) => each !== key))
                  }
                />
                <span>
                  {sensorWords(sensor)} <span className="hint">{edge}</span>
                </span>
                <span className="hint">{unit ?? ''}</span>
              </label>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="hint">No sensor is called that.</p>}
      </div>
    </details>
  );
}
