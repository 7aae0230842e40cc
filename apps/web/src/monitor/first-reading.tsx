import { Mark } from '../shell/mark.tsx';
import { CopyLine } from './copy-line.tsx';

/** Nothing was measured yet: how the first reading comes, in one line. */
export function FirstReading() {
  const { hostname } = location;
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1';
  const host = isHere ? '' : `-h ${hostname} `;
  const payload = '{"sensor":"temperature","value":23.4,"node":"edge-1"}';
  return (
    <section className="first-reading" aria-labelledby="first-reading-title">
      <Mark sizePx={72} />
      <h2 id="first-reading-title">Nothing is measured yet</h2>
      <p>Any program that speaks MQTT can be a sensor. This line sends the first reading:</p>
      <CopyLine text={`mosquitto_pub ${host}-t env/temperature/raw -m '${payload}'`} />
      <p>
        An edge reads sensors by itself, also while no node is in reach. This one measures the machine it runs
        on:
      </p>
      <CopyLine text={isHere ? 'npx bothy edge' : `npx bothy edge --broker mqtt://${hostname}:1883`} />
      <p className="hint">
        What comes appears here at once. The node listens for MQTT at 1883, unless it was told another port.
      </p>
    </section>
  );
}
