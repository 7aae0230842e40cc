/** Wakes the monitoring of a node: its host, its store, and the voice of its alarms. Loaded with the first reading. */
import { nodeClock } from '@bothy/runtime/node';
import { SqliteTelemetryStore } from '@bothy/telemetry/drivers/sqlite';
import { AlarmVoice, type AlarmVoiceOptions } from './notify-voice.ts';
import { retentionOf } from './retention.ts';
import { TelemetryHost, type TelemetryHostOptions } from './telemetry-host.ts';

export type OpenMonitoringOptions = Omit<TelemetryHostOptions, 'openStore' | 'voice'> &
  Omit<AlarmVoiceOptions, 'alarmSessions' | 'desk' | 'log'> & {
    /** Path of the store's database. */
    readonly file: string;
    readonly telemetryDays: number;
  };

/** Throws `data_directory_unusable` or `database_corrupt`. */
export async function openMonitoring(options: OpenMonitoringOptions): Promise<TelemetryHost> {
  const { file, telemetryDays } = options;
  const retention = retentionOf(telemetryDays);
  const { wallMs } = nodeClock;
  let host: TelemetryHost | undefined;
  const voice = new AlarmVoice({
    ...options,
    alarmSessions: () => host?.desk.alarmSessions ?? [],
    desk: async () => {
      const awake = await opening;
      return {
        open: () => awake.cores.alarms.open(),
        isElsewhere: (alarm) => awake.foreignAlarms.get(alarm) !== undefined,
        command: (alarm, by, command) => awake.calls.alarm(alarm, by, command),
      };
    },
  });
  const openStore: TelemetryHostOptions['openStore'] = (failed) =>
    SqliteTelemetryStore.open({ file, wallMs, failed, retention });
  const opening: Promise<TelemetryHost> = TelemetryHost.open({ ...options, openStore, voice });
  try {
    host = await opening;
  } catch (thrown) {
    voice.stop();
    throw thrown;
  }
  return host;
}
