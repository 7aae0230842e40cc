/** Finds the real programs that tests run against: Chromium, Mosquitto and so on. */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Debian keeps servers such as mosquitto here, which is not on every user's PATH. */
const serverFolders = ['/usr/sbin', '/usr/local/sbin'];

/** The path of the first of these commands that can be run: a whole path, or searched on the PATH and in the folders for servers. */
export function findProgram(
  commands: readonly string[],
  path: string | undefined = process.env.PATH,
): string | undefined {
  const folders = [...(path ?? '').split(delimiter), ...serverFolders].filter((folder) => folder !== '');
  return commands
    .flatMap((command) => (isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command))))
    .find((candidate) => isExecutable(candidate));
}

/** The system's Python first: what its packages bring, others do not see. */
export const pythonCommands: readonly string[] = ['/usr/bin/python3', 'python3'];

/** The names under which distributions install a Chromium. */
export const chromiumCommands: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome'];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
