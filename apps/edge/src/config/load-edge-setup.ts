/** Puts the start of an edge together from flags, variables, `edge.yaml` and what enrolment left behind. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkBrokerUrl } from '@bothy/telemetry/drivers/mqtt';
import { BothyError, telemetryNamePattern } from '@bothy/wire';
import { invalidConfig, problemOf } from './config-problem.ts';
import { credentialsSchema, edgeLogLevels } from './edge-schema.ts';
import { defaultEdgeId, type EdgeSetup, edgeDefaults } from './edge-setup.ts';
import { hostSetup } from './host-sensors.ts';
import { type ParsedEdgeFile, parseEdgeFile } from './parse-edge-file.ts';
import { sensorSetup } from './sensor-setup.ts';
import { simulatedSensors } from './simulated-sensors.ts';

/** Flags as text, by their names without dashes. */
export const edgeFlagNames = ['config', 'id', 'broker', 'credentials', 'data', 'log', 'sensors'] as const;
export type EdgeFlagName = (typeof edgeFlagNames)[number];
export type EdgeTexts = Readonly<Partial<Record<EdgeFlagName, string | undefined>>>;

/** The documents' own variable comes before ours. */
const variables: Readonly<Record<EdgeFlagName, readonly string[]>> = {
  config: ['BOTHY_EDGE_CONFIG'],
  id: ['NODE_ID', 'BOTHY_EDGE_ID'],
  broker: ['BOTHY_BROKER'],
  credentials: ['BOTHY_EDGE_CREDENTIALS'],
  data: ['BOTHY_DATA'],
  log: ['BOTHY_EDGE_LOG'],
  sensors: ['BOTHY_EDGE_SENSORS'],
};

/** Throws `configuration_invalid` with a sentence that names file, line and field, or the flag. */
export async function loadEdgeSetup(flags: EdgeTexts, environment: NodeJS.ProcessEnv): Promise<EdgeSetup> {
  const text = (name: EdgeFlagName): string | undefined => {
    const found =
      flags[name] ?? variables[name].map((each) => environment[each]).find((each) => each !== undefined);
    return found === '' ? undefined : found;
  };
  const path = text('config');
  const file: ParsedEdgeFile =
    path === undefined ? { rules: undefined } : parseEdgeFile(readText(path, '--config'), path);
  const folder = path === undefined ? process.cwd() : dirname(resolve(path));
  const named = text('credentials') ?? (file.credentials && resolve(folder, file.credentials));
  const credentials = named === undefined ? undefined : readCredentials(named);

  const id = text('id') ?? file.id ?? credentials?.edge ?? defaultEdgeId();
  if (!telemetryNamePattern.test(id))
    throw invalidFlag('id', id, 'letters, digits, "_", "." and "-", 64 at most');
  if (credentials !== undefined && credentials.edge !== id) {
    const sentence = `This edge is ${id}, and ${named} was made for ${credentials.edge}. Leave the id away, or enrol again.`;
    throw new BothyError('configuration_invalid', sentence);
  }
  const url = text('broker') ?? file.broker ?? credentials?.url ?? edgeDefaults.broker;
  checkBrokerUrl(url);
  const log = text('log') ?? file.log ?? edgeDefaults.log;
  const logLevel = edgeLogLevels.find((level) => level === log);
  if (logLevel === undefined) throw invalidFlag('log', log, edgeLogLevels.join(', '));

  const { outbox } = file;
  const ca = file.ca === undefined ? credentials?.ca : readText(resolve(folder, file.ca), 'ca');
  return {
    id,
    broker: {
      url,
      username: credentials?.edge ?? file.username,
      password: credentials?.secret ?? file.password,
      ca: ca ?? undefined,
    },
    enrolled: credentials !== undefined,
    dataFolder: text('data') ?? (file.data === undefined ? edgeDefaults.data : resolve(folder, file.data)),
    logLevel,
    ...(await sensorsAndRules(text('sensors'), file, id, folder)),
    outboxItems: outbox?.readings,
    outboxBytes: outbox?.megabytes === undefined ? undefined : outbox.megabytes * 1_000_000,
    drainPerSecond: outbox?.drainPerSecond,
  };
}

async function sensorsAndRules(
  wanted: string | undefined,
  file: ParsedEdgeFile,
  id: string,
  folder: string,
): Promise<Pick<EdgeSetup, 'sensors' | 'rules'>> {
  const { sensors, rules } = file;
  if (sensors !== undefined && wanted === undefined) {
    const setups = sensors.map((entry) => sensorSetup(entry, id, folder));
    return { sensors: setups, rules: rules ?? edgeDefaults.rules };
  }
  switch (wanted ?? 'simulated') {
    case 'simulated':
      return { sensors: simulatedSensors(id), rules: rules ?? edgeDefaults.rules };
    case 'host': {
      const host = await hostSetup();
      return { sensors: host.sensors, rules: rules ?? host.rules };
    }
    default:
      throw invalidFlag(
        'sensors',
        wanted ?? '',
        'simulated or host; others are written into a file for --config',
      );
  }
}

function readCredentials(path: string) {
  const text = readText(path, '--credentials');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw invalidConfig(path, undefined, { path: [], sentence: 'is no JSON: enrol the edge again' });
  }
  const result = credentialsSchema.safeParse(data);
  if (!result.success) throw invalidConfig(path, undefined, problemOf(result.error, data));
  return result.data;
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new BothyError('configuration_invalid', `${what}: ${path} cannot be read (${code}).`, { cause });
  }
}

function invalidFlag(name: EdgeFlagName, text: string, wanted: string): BothyError {
  return new BothyError(
    'configuration_invalid',
    `--${name} is "${text.slice(0, 80)}"; it must be ${wanted}.`,
  );
}
