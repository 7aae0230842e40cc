/** `bothy doctor`: prints what was found. */
import { parseConfig } from '@bothy/node';
import { examine } from './doctor.ts';
import { columnsOf, foldedLines } from './fitted-lines.ts';
import { configTexts, type NodeFlags } from './node-options.ts';
import { repositoryRoot, webBuildFolders, webBuildState } from './web-build.ts';

/** True when nothing needs to be mended. */
export async function runDoctor(flags: NodeFlags, print: (line: string) => void): Promise<boolean> {
  const config = parseConfig(configTexts(flags), process.env);
  const webBuild = webBuildState(webBuildFolders(repositoryRoot));
  const findings = await examine({ config, nodeVersion: process.version, webBuild });
  const columns = columnsOf(process.stdout);
  for (const { kind, sentence } of findings)
    foldedLines(`  ${kind.padEnd(5)} ${sentence}`, columns).forEach(print);
  const toMend = findings.filter((finding) => finding.kind === 'fix').length;
  print(toMend === 0 ? '\n  Bothy can start.' : `\n  ${toMend} to mend.`);
  return toMend === 0;
}
