// Where a source without its types lies: by what is in it, so that an older one is never taken for it.
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** @param {string} root of the repository @returns {string} */
export function strippedFolder(root) {
  return join(root, 'node_modules', '.cache', 'bothy-sources');
}

/** @param {string} source @returns {string} the name of the file */
export function strippedName(source) {
  return `${createHash('sha256').update(source).digest('hex').slice(0, 40)}.js`;
}
