/** A QR code, drawn as one path: dark on light in both themes, for cameras want it so. */
import QRCode from 'qrcode-terminal/vendor/QRCode/index.js';
import { useMemo } from 'react';

/** The standard asks for a border of four modules. */
const border = 4;

/** `label` says what a camera finds in it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}

/** The dark modules of the code of a text, in units of a module. */
function drawn(text: string): { path: string; size: number } {
  const mediumCorrection = 0;
  const code = new QRCode(-1, mediumCorrection);
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  const places = Array.from({ length: modules }, (_, index) => index);
  const path = places.flatMap((row) =>
    places
      .filter((column) => code.isDark(row, column))
      .map((column) => `M${column + border} ${row + border}h1v1h-1z`),
  );
  return { path: path.join(''), size: modules + 2 * border };
}
