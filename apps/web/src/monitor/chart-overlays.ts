/** Drawn into a chart beside its lines: the limits of rules, and when alarms held. */
import type uPlot from 'uplot';
import { type ChartColours, type ChartLimit, type ChartSpell, severityToken } from './chart-model.ts';

export interface Overlays {
  readonly limits: readonly ChartLimit[];
  readonly spells: readonly ChartSpell[];
}

/** Behind the lines: a wash of colour from top to bottom, with an edge where it began. */
export function drawSpells(chart: uPlot, spells: readonly ChartSpell[], colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const pxRatio = window.devicePixelRatio || 1;
  ctx.save();
  clip(chart);
  for (const { fromMs, toMs, severity } of spells) {
    const left = Math.max(chart.valToPos(fromMs, 'x', true), bbox.left - 2);
    const right = Math.min(chart.valToPos(toMs, 'x', true), bbox.left + bbox.width + 2);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    const colour = colours.of(severityToken(severity));
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = colour;
    // A spell of seconds in a chart of days is still there to be seen.
    ctx.fillRect(left, bbox.top, Math.max(right - left, 2 * pxRatio), bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top, pxRatio, bbox.height);
  }
  ctx.restore();
}

/** Over the lines: dashed, with the rule's name where there is room. */
export function drawLimits(
  chart: uPlot,
  limits: readonly ChartLimit[],
  units: readonly string[],
  colours: ChartColours,
): void {
  const { ctx, bbox } = chart;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  clip(chart);
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px "Inter Variable", system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  const isNarrow = bbox.width < 480 * ratio;
  const used: { readonly side: number; readonly y: number }[] = [];
  for (const { unit, limit, severity, title } of limits) {
    const scale = chart.scales[unit];
    if (!units.includes(unit) || scale?.min == null || scale.max == null) continue;
    if (limit < scale.min || limit > scale.max) continue;
    const y = Math.round(chart.valToPos(limit, unit, true));
    const colour = colours.of(severityToken(severity));
    // A limit of the second axis is named at that axis.
    const side = units.indexOf(unit);
    ctx.strokeStyle = colour;
    ctx.lineWidth = ratio;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.lineDashOffset = side * 5 * ratio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    // Two rules with one limit would write over each other; on a phone so do names at both ends of a line.
    const isNear = (other: (typeof used)[number]): boolean =>
      (isNarrow || other.side === side) && Math.abs(other.y - y) < 14 * ratio;
    if (used.some(isNear)) continue;
    used.push({ side, y });
    ctx.setLineDash([]);
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = colours.of('--card');
    ctx.textAlign = side === 0 ? 'left' : 'right';
    const x = side === 0 ? bbox.left + 6 * ratio : bbox.left + bbox.width - 6 * ratio;
    ctx.strokeText(title, x, y - 2 * ratio);
    ctx.lineWidth = ratio;
    ctx.fillStyle = colour;
    ctx.fillText(title, x, y - 2 * ratio);
  }
  ctx.restore();
}

function clip({ ctx, bbox }: uPlot): void {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
}
