// `node tools/run.mjs PROGRAM …`: what every npm script goes through, so that it works on a machine where
// nothing is installed and Node is older than Bothy needs. PROGRAM is a path within the repository.
import { launch } from './launcher/launch.mjs';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  process.stderr.write('Say which program to run: node tools/run.mjs tools/test.ts\n');
  process.exit(1);
}
await launch(program, args);
