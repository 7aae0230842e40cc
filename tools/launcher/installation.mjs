// What the launcher decides, without doing it: is anything missing, and what does a failed install mean.
// Plain JavaScript for Node 18, because it runs before anything is installed.

/** The oldest Node that runs TypeScript as it stands and has `node:sqlite` without a flag. */
export const oldestNodeMajor = 24;

/**
 * @typedef {{ version?: string, resolved?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/** @param {string} version As in `process.version`: `v20.11.1`. */
export function isNewEnough(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10) >= oldestNodeMajor;
}

/**
 * The packages below `node_modules` that the lock file wants. Optional ones belong to other platforms or are
 * left out at will.
 *
 * @param {Lock} lock
 * @returns {string[]}
 */
export function wantedPackages(lock) {
  return Object.entries(lock.packages ?? {})
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.optional && !entry.devOptional)
    .map(([path]) => path);
}

/**
 * Whether `node_modules` holds what the lock file wants. npm keeps a record of what it installed in
 * `node_modules/.package-lock.json` and writes it last, so a broken-off install has none; comparing with it also
 * sees what a developer installed by hand, and then installs nothing again.
 *
 * @param {Lock} wanted `package-lock.json`
 * @param {Lock | undefined} installed `node_modules/.package-lock.json`
 */
export function isInstalled(wanted, installed) {
  const present = installed?.packages;
  if (present === undefined) return false;
  return wantedPackages(wanted).every((path) => {
    const want = wanted.packages?.[path];
    const have = present[path];
    return have !== undefined && have.version === want?.version && have.link === want?.link;
  });
}

/** What npm prints, and the sentence that helps. The first match wins. @type {[RegExp, string][]} */
const causes = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR/,
    'The npm registry cannot be reached: connect this machine to the network and start again (it is needed for the first start only).',
  ],
  [/ENOSPC/, 'The disk is full: free about 1 GB and start again.'],
  [
    /EACCES|EPERM|EROFS/,
    'This folder cannot be written: start as its owner, or clone Bothy where you may write.',
  ],
  [/EINTEGRITY/, 'A package arrived damaged: run "npm cache clean --force", then start again.'],
  [
    /E401|E403|ENEEDAUTH/,
    'The npm registry refuses this machine: check the registry in your .npmrc and start again.',
  ],
];

/**
 * One sentence that says what to do about a failed `npm`.
 *
 * @param {string} what what was being installed
 * @param {string} output what npm printed to its standard error
 */
export function explainFailure(what, output) {
  const cause = causes.find(([pattern]) => pattern.test(output));
  if (cause !== undefined) return cause[1];
  const lastLine = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log'))
    .at(-1);
  return `npm could not install ${what}${lastLine === undefined ? '' : ` (${lastLine})`}: run "npm install" here to see why.`;
}
