/**
 * Who may import whom: the table of the design, section 2, as data. A room is a part of the house; the four rooms
 * `core`, `views`, `scenarios` and `drivers` exist once per product package.
 */

export type Room =
  | 'protocols'
  | 'wire'
  | 'runtime'
  | 'identity'
  | 'simulator'
  | 'store'
  | 'broker'
  | 'testkit'
  | 'core'
  | 'views'
  | 'scenarios'
  | 'drivers'
  | 'node'
  | 'edge'
  | 'web'
  | 'cli'
  | 'tools'
  | 'tests'
  | 'docs'
  | 'bench'
  | 'root';

/** A room, or the one of the same package. */
export type Allowed = Room | `own ${Room}`;

const packageRooms: readonly Room[] = [
  'protocols',
  'wire',
  'runtime',
  'identity',
  'simulator',
  'store',
  'broker',
  'testkit',
  'core',
  'views',
  'scenarios',
  'drivers',
];
const everything: readonly Room[] = [...packageRooms, 'node', 'edge', 'web', 'cli', 'tools'];
const outward: readonly Allowed[] = ['own core', 'protocols', 'runtime', 'wire', 'identity', 'store'];

/** Every room may also import itself. */
export const layers: Readonly<Record<Room, readonly Allowed[]>> = {
  protocols: [],
  wire: ['protocols'],
  runtime: ['protocols', 'wire'],
  identity: ['protocols', 'wire'],
  simulator: ['protocols', 'wire', 'runtime'],
  core: ['protocols', 'wire'],
  // Pure like cores, so what cores may use serves them too.
  views: ['own core', 'protocols', 'wire'],
  // The outputs that a model driver handles are typed by the loop.
  scenarios: ['core', 'own views', 'simulator', 'runtime', 'protocols', 'wire'],
  store: outward,
  broker: outward,
  // A driver keeps the model that its front ends draw.
  drivers: [...outward, 'own views'],
  testkit: ['protocols', 'runtime', 'wire', 'identity'],
  node: packageRooms,
  edge: packageRooms,
  web: packageRooms,
  cli: [...packageRooms, 'node', 'edge'],
  tools: everything,
  tests: everything,
  // Examples that run, from the pages of `docs/concepts`.
  docs: ['protocols', 'wire', 'runtime', 'simulator'],
  bench: everything,
  // Configuration files and the launcher.
  root: ['tools'],
};

/** What a test may import on top of what its room may. */
export const extraForTests: readonly Room[] = ['testkit'];

export interface Place {
  readonly room: Room;
  /** The package's folder: `packages/peer`. Empty for the root. */
  readonly home: string;
}

const innerRooms: readonly Room[] = ['core', 'views', 'scenarios', 'drivers'];
const appRooms: readonly Room[] = ['node', 'edge', 'web', 'cli'];

/** The room of a file, or undefined when the house has none for it. */
export function placeOf(path: string): Place | undefined {
  const [top = '', name = '', inner = ''] = path.split('/');
  if (!path.includes('/')) return { room: 'root', home: '' };
  if (top === 'tools' || top === 'tests' || top === 'bench' || top === 'docs')
    return { room: top, home: top };
  const home = `${top}/${name}`;
  if (top === 'apps') return roomIn(appRooms, name, home);
  if (top !== 'packages') return undefined;
  return roomIn(innerRooms, inner, home) ?? roomIn(packageRooms, name, home);
}

export function mayImport(from: Place, to: Place, isTest: boolean): boolean {
  if (from.room === to.room && from.home === to.home) return true;
  if (isTest && extraForTests.includes(to.room)) return true;
  return layers[from.room].some(
    (allowed) => allowed === to.room || (allowed === `own ${to.room}` && from.home === to.home),
  );
}

function roomIn(rooms: readonly Room[], name: string, home: string): Place | undefined {
  const room = rooms.find((each) => each === name);
  return room === undefined ? undefined : { room, home };
}
