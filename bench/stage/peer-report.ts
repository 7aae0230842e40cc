/** From samples to figures with their aims. */
import type { Work } from '../pages/work-recorder.ts';
import { type Figure, figureTable, markdownTable, milliseconds } from './figures.ts';
import type { DialSample, linkContest } from './link-contest.ts';
import type { Samples } from './rounds.ts';
import { median, pairedRatio, type RatioEstimate } from './statistics.ts';
import type { sendContest, tripContest } from './talk-contest.ts';

export interface PeerSamples {
  readonly links: Samples<ReturnType<typeof linkContest>>;
  readonly trips: Samples<ReturnType<typeof tripContest>>;
  readonly sends: Samples<ReturnType<typeof sendContest>>;
}

export function peerReport(samples: PeerSamples): string {
  const figures = [...linkFigures(samples), ...tripFigures(samples), sendFigure(samples)];
  return [
    figureTable(figures),
    'Ratios are medians of pairs measured in one run, with their 95 % intervals. Undecided: the aim lies within the interval.',
    contestantTable(samples.links),
    partsTable(samples.sends),
  ].join('\n\n');
}

function ratioFigure(what: string, ours: readonly number[], theirs: readonly number[], aim?: number): Figure {
  const ratio = pairedRatio(ours, theirs);
  const measured = `${ratio.median.toFixed(2)} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]`;
  const figure = { what, ours: milliseconds(median(ours)), beside: milliseconds(median(theirs)), measured };
  return aim === undefined ? figure : { ...figure, aim: `≤ ${aim}`, verdict: verdictOf(ratio, aim) };
}

function verdictOf({ low, high }: RatioEstimate, aim: number): 'met' | 'undecided' | 'missed' {
  if (high <= aim) return 'met';
  return low > aim ? 'missed' : 'undecided';
}

function linkFigures({ links }: PeerSamples): Figure[] {
  const open = (dials: readonly DialSample[]) => dials.map((dial) => dial.openMs);
  const delivered = (dials: readonly DialSample[]) => dials.map((dial) => dial.deliveredMs);
  const { bothy, bothyAtPlainBroker, bothyFresh, bare, peerjs, signalled, trystero, trysteroFresh } = links;
  const messages = median(bothyAtPlainBroker.map((dial) => dial.messages));
  return [
    ratioFigure('link open, beside a bare pair in one page', open(bothy), open(bare), 1.6),
    ratioFigure(
      'the same, beside a bare pair in two pages, signalled at the node',
      open(bothy),
      open(signalled),
    ),
    ratioFigure('that pair, beside the one in one page', open(signalled), open(bare)),
    ratioFigure('link open, beside PeerJS', open(bothy), open(peerjs), 1),
    ratioFigure(
      'link open, beside a Trystero join in a page just opened',
      open(bothy),
      open(trysteroFresh),
      0.3,
    ),
    ratioFigure('link open, beside a Trystero join that is warm', open(bothy), open(trystero), 0.3),
    ratioFigure('the same, at the same plain broker', open(bothyAtPlainBroker), open(trystero), 0.3),
    ratioFigure('both just opened: link open, beside Trystero', open(bothyFresh), open(trysteroFresh)),
    ratioFigure('first message delivered, beside PeerJS', delivered(bothy), delivered(peerjs)),
    ratioFigure('first message delivered, beside Trystero', delivered(bothy), delivered(trystero)),
    {
      what: 'broker messages for a link',
      ours: String(messages),
      beside: `${median(trystero.map((dial) => dial.messages))} (Trystero)`,
      measured: String(messages),
      aim: '≤ 8',
      verdict: messages <= 8 ? 'met' : 'missed',
    },
  ];
}

function tripFigures({ trips }: PeerSamples): Figure[] {
  return [
    ratioFigure(
      'round trip of a frame, beside a bare pair in one page',
      trips.bothyFrame,
      trips.bareFrame,
      1.2,
    ),
    ratioFigure(
      'round trip through a whole peer, beside a bare channel',
      trips.bothyLink,
      trips.bareLink,
      1.2,
    ),
    ratioFigure('the same, beside MQTT through the broker', trips.bothyLink, trips.broker),
  ];
}

function sendFigure({ sends }: PeerSamples): Figure {
  const ours = sends.bothy.map((sample) => sample.deliveredMs);
  const parts = sends.bothy.map(
    (sample, i) => (sends.bareMs[i] ?? 0) + sum(sample.work, (work) => work.eitherMs),
  );
  return ratioFigure('send to delivered, beside bare + commits + signatures', ours, parts, 1);
}

function sum(works: readonly Work[], of: (work: Work) => number): number {
  return works.reduce((total, work) => total + of(work), 0);
}

function contestantTable(links: PeerSamples['links']): string {
  const names = {
    bare: 'bare pair, signalled in the page',
    signalled: 'bare pair made ahead, in two pages, one offer and one answer at the node',
    bothy: 'Bothy, at its node',
    bothyAtPlainBroker: 'Bothy, at plain Aedes',
    bothyFresh: 'Bothy, app just opened, at its node',
    peerjs: 'PeerJS, at its server',
    trystero: 'Trystero (MQTT), broker connected and offers pooled, at plain Aedes',
    trysteroFresh: 'Trystero (MQTT), page just opened, at plain Aedes',
  };
  const uncounted = new Set<string>(['signalled', 'bothy', 'bothyFresh']);
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((key) => [
    names[key],
    milliseconds(median(links[key].map((dial) => dial.openMs))),
    milliseconds(median(links[key].map((dial) => dial.deliveredMs))),
    uncounted.has(key) ? '' : String(median(links[key].map((dial) => dial.messages))),
  ]);
  return markdownTable(['median from the click', 'link open', 'first message delivered', 'messages'], rows);
}

function partsTable({ bothy, bareMs }: PeerSamples['sends']): string {
  const medianOf = (of: (work: Work) => number) => median(bothy.map(({ work }) => sum(work, of)));
  const restMs = bothy.map(
    (sample, i) => sample.deliveredMs - sum(sample.work, (work) => work.eitherMs) - (bareMs[i] ?? 0),
  );
  return markdownTable(
    ['send to delivered, in parts', 'how many', 'median'],
    [
      ['commits to the disk', medianOf((work) => work.commits), medianOf((work) => work.commitMs)] as const,
      [
        'signatures, with their hashes',
        medianOf((work) => work.signatures),
        medianOf((work) => work.signatureMs),
      ] as const,
      ['there and back on a bare channel', 1, median(bareMs)] as const,
      ['everything else', '', median(restMs)] as const,
      ['send to delivered', '', median(bothy.map((sample) => sample.deliveredMs))] as const,
    ].map(([part, count, ms]) => [part, String(count), milliseconds(ms)]),
  );
}
