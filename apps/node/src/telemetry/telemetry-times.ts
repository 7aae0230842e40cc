/** How long things take in monitoring, as histograms: they are there from the start of the node, and cost nothing. */
import { Histogram } from 'prom-client';

/** From what a screen shows at once to what nobody waits for. */
const secondsBuckets = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

export class TelemetryTimes {
  readonly tick = seconds(
    'bothy_telemetry_tick_seconds',
    'From a reading heard to its tick written, less the interval that subscribers ask for: the share of the node',
  );
  readonly edge = seconds(
    'bothy_telemetry_edge_seconds',
    'From the stamp of a live reading, by the clock of its edge corrected, to the node',
  );
  readonly commit = seconds(
    'bothy_telemetry_commit_seconds',
    'One transaction of the store of monitoring; its count is that of commits',
  );

  get histograms(): readonly Histogram[] {
    return [this.tick, this.edge, this.commit];
  }
}

function seconds(name: string, help: string): Histogram {
  return new Histogram({ name, help, buckets: secondsBuckets, registers: [] });
}
