/** What Bothy costs before anybody says a word: bytes to load, memory to idle. */
import { edgeBytes } from './stage/edge-memory.ts';
import { type Figure, figureTable } from './stage/figures.ts';
import { idleNodeBytes } from './stage/idle-node.ts';
import { publish } from './stage/readme-section.ts';
import { scriptBytes } from './stage/web-app-size.ts';

const scriptAimKb = 180;
const memoryAimMb = 120;
/** Long enough for the start's garbage to be collected. */
const idleMs = 10_000;
/** An edge has had a dozen rounds of its sensors by then. */
const edgeMs = 60_000;

const scripts = await scriptBytes();
const scriptKb = scripts.initial / 1000;
const memory = await idleNodeBytes(idleMs);
const edge = await edgeBytes(edgeMs);

function memoryFigure(what: string, bytes: number): Figure {
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
  const verdict = bytes <= memoryAimMb * 1e6 ? 'met' : 'missed';
  return { what, ours: megabytes, beside: '', measured: megabytes, aim: `≤ ${memoryAimMb} MB`, verdict };
}

const figures: Figure[] = [
  {
    what: 'initial JavaScript of the web app, gzipped',
    ours: `${scriptKb.toFixed(1)} kB`,
    beside: `${(scripts.all / 1000).toFixed(1)} kB with all that loads later`,
    measured: `${scriptKb.toFixed(1)} kB`,
    aim: `≤ ${scriptAimKb} kB`,
    verdict: scriptKb <= scriptAimKb ? 'met' : 'missed',
  },
  memoryFigure('memory of an idle node after 10 s (RSS)', memory),
  memoryFigure('memory of an edge with 100 sensors after 60 s (RSS)', edge),
];
publish('footprint', figureTable(figures));
