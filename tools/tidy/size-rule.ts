/** Files stay small. What is too long already is listed with its size, which may only shrink. */
import { isCode, type Repository, type Rule, type Violation } from './repository.ts';

const mostLines = 350;
const ratchetPath = 'tools/tidy/size-ratchet.json';

export const sizeRule: Rule = {
  name: 'size',
  sentence: `no file is over ${mostLines} lines, and the ones in ${ratchetPath} only shrink`,
  check(repository) {
    const ratchet = readRatchet(repository);
    const violations: Violation[] = [];
    for (const file of repository.files.filter((each) => isCode(each.path))) {
      const lines = countLines(file.text);
      const most = ratchet.get(file.path) ?? mostLines;
      if (lines > most) {
        const sentence = `${lines} lines are over ${most}: split it by message, state or role`;
        violations.push({ path: file.path, line: most + 1, sentence });
      }
      ratchet.delete(file.path);
      if (most > mostLines && lines < most) violations.push(tooGenerous(file.path, lines, most));
    }
    for (const path of ratchet.keys()) {
      violations.push({ path: ratchetPath, line: 1, sentence: `${path} is gone: remove it from the list` });
    }
    return violations;
  },
};

function tooGenerous(path: string, lines: number, most: number): Violation {
  const action = lines > mostLines ? `write ${lines}` : 'remove it from the list';
  return { path: ratchetPath, line: 1, sentence: `${path} shrank from ${most} to ${lines} lines: ${action}` };
}

function readRatchet(repository: Repository): Map<string, number> {
  const file = repository.files.find((each) => each.path === ratchetPath);
  return new Map(Object.entries(JSON.parse(file?.text ?? '{}') as Record<string, number>));
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
