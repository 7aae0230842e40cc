/** A chart taken along: as a picture with its title and legend, or as the numbers behind it. */
import { type ChartColours, type ChartLine, colourName } from './chart-model.ts';

const rowPx = 24;
const marginPx = 16;

/** The canvas with what stands around it on the page: paper, title, and which colour is which line. */
export async function chartPicture(
  canvas: HTMLCanvasElement,
  title: string,
  lines: readonly ChartLine[],
  colours: ChartColours,
): Promise<Blob> {
  const ratio = window.devicePixelRatio || 1;
  const headPx = (marginPx * 2 + rowPx * (1 + lines.length)) * ratio;
  const picture = document.createElement('canvas');
  picture.width = canvas.width + 2 * marginPx * ratio;
  picture.height = canvas.height + headPx + marginPx * ratio;
  const context = picture.getContext('2d');
  if (context === null) throw new Error('this browser draws no pictures');
  context.fillStyle = colours.of('--card');
  context.fillRect(0, 0, picture.width, picture.height);
  context.scale(ratio, ratio);
  context.textBaseline = 'middle';
  context.fillStyle = colours.of('--ink');
  context.font = '600 15px "Inter Variable", system-ui, sans-serif';
  context.fillText(title, marginPx, marginPx + rowPx / 2);
  context.font = '13px "Inter Variable", system-ui, sans-serif';
  for (const [at, line] of lines.entries()) {
    const y = marginPx + rowPx * (at + 1.5);
    context.fillStyle = colours.of(colourName(line.colour));
    context.fillRect(marginPx, y - 2, 20, 4);
    context.fillStyle = colours.of('--ink');
    context.fillText(line.unit === '' ? line.title : `${line.title} (${line.unit})`, marginPx + 28, y);
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(canvas, marginPx * ratio, headPx);
  return await new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob === null ? reject(new Error('no picture came of it')) : resolve(blob)));
  });
}

/** Gives a file to the browser, which asks the person where to keep it or knows. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; what is not given back stays in memory.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** `bothy-temperature-2026-11-20T0930.png` */
export function exportName(sensors: readonly string[], ms: number, ending: string): string {
  const names = [...new Set(sensors.map((key) => key.replace('/', '-')))].slice(0, 3).join('_');
  const moment = new Date(ms).toISOString().slice(0, 16).replace(':', '');
  return `bothy-${names}-${moment}.${ending}`;
}
