import { useLayoutEffect, useRef, useState } from 'react';
import type { ClusterNode } from './cluster-client.ts';
import { clusterLayout, type Place } from './cluster-layout.ts';
import { healthWords, rateWords, roomCountWords, sessionWords } from './cluster-words.ts';

interface ClusterPictureProps {
  readonly nodes: readonly ClusterNode[];
  /** The node that tells: links of others are as good as their nodes are heard. */
  readonly self: string;
  /** Whose rooms are known, for a node that is not heard tells nothing itself. */
  readonly administrators: readonly string[];
}

/** The nodes as huts, and the paths between them. What it shows stands as a table beside it for who cannot see it. */
export function ClusterPicture({ nodes, self, administrators }: ClusterPictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    setWidthPx(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { places, heightPx } = clusterLayout(nodes.length, Math.max(widthPx, 312));
  const pairs = nodes.flatMap((one, from) =>
    nodes.slice(from + 1).map((other, at) => ({ one, other, from, to: from + 1 + at })),
  );
  return (
    <div className="cluster-picture" ref={frame}>
      {widthPx > 0 && (
        <svg width={Math.max(widthPx, 312)} height={heightPx} aria-hidden="true">
          <Hills widthPx={Math.max(widthPx, 312)} heightPx={heightPx} />
          {pairs.map(({ one, other, from, to }) => (
            <Path
              key={`${one.id} ${other.id}`}
              from={places[from]}
              to={places[to]}
              health={worse(one.health, other.health)}
              own={one.id === self || other.id === self}
              rate={one.messagesPerSecond + other.messagesPerSecond}
            />
          ))}
          {nodes.map((node, at) => (
            <Hut
              key={node.id}
              node={node}
              place={places[at]}
              isSelf={node.id === self}
              keeps={administrators.filter((each) => each === node.id).length}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

function Hills({ widthPx: w, heightPx: h }: { widthPx: number; heightPx: number }) {
  const at = (x: number, upPx: number): string => `${Math.round(w * x)} ${h - upPx}`;
  const floor = `V${h} H0 Z`;
  return (
    <>
      <path
        className="hills-far"
        d={`M${at(0, 90)} C${at(0.2, 190)} ${at(0.34, 60)} ${at(0.55, 120)} S${at(0.85, 200)} ${at(1, 110)} ${floor}`}
      />
      <path
        className="hills-near"
        d={`M${at(0, 36)} C${at(0.25, 90)} ${at(0.45, 20)} ${at(0.65, 52)} S${at(0.9, 84)} ${at(1, 30)} ${floor}`}
      />
    </>
  );
}

interface PathProps {
  readonly from: Place | undefined;
  readonly to: Place | undefined;
  readonly health: ClusterNode['health'];
  readonly own: boolean;
  readonly rate: number;
}

function Path({ from, to, health, own, rate }: PathProps) {
  if (from === undefined || to === undefined) return null;
  // From door to door: below the middle of a hut.
  const path = `M${from.x} ${from.y - 8} L${to.x} ${to.y - 8}`;
  const talks = health === 'up' && rate > 0;
  return (
    <g className={`path path-${health}${own ? ' path-own' : ''}`}>
      <path d={path} />
      {talks && (
        <circle className="path-walker" r={4} cx={0} cy={0}>
          <animateMotion
            path={path}
            dur={`${walkSeconds(rate)}s`}
            repeatCount="indefinite"
            keyPoints="0;1;0"
            keyTimes="0;0.5;1"
            calcMode="linear"
          />
        </circle>
      )}
    </g>
  );
}

/** The more is said, the quicker they walk; never so quick that it flickers. */
function walkSeconds(rate: number): number {
  return Math.max(1.2, 6 / (1 + Math.log10(1 + rate * 10)));
}

interface HutProps {
  readonly node: ClusterNode;
  readonly place: Place | undefined;
  readonly isSelf: boolean;
  readonly keeps: number;
}

function Hut({ node, place, isSelf, keeps }: HutProps) {
  if (place === undefined) return null;
  const { id, health, sessions, rooms, messagesPerSecond } = node;
  return (
    <g
      className={`hut hut-${health}${isSelf ? ' hut-self' : ''}`}
      transform={`translate(${place.x} ${place.y})`}
    >
      {health === 'up' && messagesPerSecond > 0 && (
        <g className="hut-smoke">
          <circle cx={17} cy={-66} r={3} />
          <circle cx={21} cy={-74} r={4} />
          <circle cx={18} cy={-84} r={5} />
        </g>
      )}
      <path className="hut-ground" d="M-52 4 C-30 -2 30 -2 52 4" />
      <path className="hut-wall" d="M-30 2 V-28 L0 -54 L30 -28 V2 Z" />
      <path className="hut-roof" d="M-38 -22 L0 -56 L12 -45.400 V-58 H22 V-36.500 L38 -22" />
      <rect className="hut-window" x={-11} y={-30} width={22} height={18} rx={2} />
      <path className="hut-bars" d="M0 -30 V-12 M-11 -21 H11" />
      <rect className="hut-sign" x={-84} y={10} width={168} height={60} rx={8} />
      <text className="hut-name" y={28}>
        {id.length > 18 ? `${id.slice(0, 17)}…` : id}
        {isSelf ? ' (here)' : ''}
      </text>
      <text className="hut-line" y={46}>
        {health === 'up' ? `${sessionWords(sessions)} · ${roomCountWords(rooms)}` : healthWords[health]}
      </text>
      <text className="hut-line" y={63}>
        {health === 'up' ? rateWords(messagesPerSecond) : `keeps ${roomCountWords(keeps)}`}
      </text>
    </g>
  );
}

const order = { up: 0, suspected: 1, down: 2 } as const;

function worse(one: ClusterNode['health'], other: ClusterNode['health']): ClusterNode['health'] {
  return order[one] > order[other] ? one : other;
}
