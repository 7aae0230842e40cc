/**
 * A column of doubles, exact to the bit. Sensors give decimals with few digits: where all values are whole multiples of
 * one power of ten, the multiples are stored, each as its difference from the one before. All else is stored as the XOR
 * with the one before (Pelkonen et al., Gorilla, VLDB 2015, section 4.1.2), by whole bytes instead of bits: what is
 * sealed is compressed once more.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Decimals that are tried; more of them are seldom and would not be shorter. */
const mostDecimals = 10;
/** So that a product is off by less than a half, and differences of two multiples stay exact, with their sign. */
const largestMultiple = 2 ** 50;
/** Said instead of the number of decimals. */
const xored = 15;

/** `xored`, or how many decimals all values have. */
export function decimalsOf(values: Float64Array): number {
  let decimals = 0;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    decimals = decimalsFrom(decimals, value);
    if (decimals === xored) return xored;
    largest = Math.max(largest, Math.abs(value));
  }
  // A value of few decimals that came first is multiplied by as much as the others.
  return largest * 10 ** decimals > largestMultiple ? xored : decimals;
}

function decimalsFrom(least: number, value: number): number {
  for (let decimals = least; decimals <= mostDecimals; decimals++) {
    const scale = 10 ** decimals;
    const multiple = Math.round(value * scale);
    if (Math.abs(multiple) > largestMultiple) return xored;
    // The division is rounded correctly, as a decimal is when it is read. A negative zero has no whole number.
    if (multiple / scale === value && (value !== 0 || !Object.is(value, -0))) return decimals;
  }
  return xored;
}

/** A sum of values with so many decimals, without the error of adding: the double that is nearest to it. */
export function tidySum(sum: number, decimals: number): number {
  if (decimals === xored) return sum;
  const scale = 10 ** decimals;
  const multiple = Math.round(sum * scale);
  return Math.abs(multiple) < largestMultiple ? multiple / scale : sum;
}

export function writeValues(values: Float64Array, writer: ByteWriter): void {
  const decimals = decimalsOf(values);
  writer.byte(decimals);
  if (decimals === xored) return writeXored(values, writer);
  const scale = 10 ** decimals;
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const multiple = Math.round((values[i] ?? 0) * scale);
    writer.signed(multiple - before);
    before = multiple;
  }
}

export function readValues(count: number, reader: ByteReader): Float64Array {
  const values = new Float64Array(count);
  const decimals = reader.byte();
  if (decimals === xored) return readXored(values, reader);
  if (decimals > mostDecimals) throw new RangeError('No such number of decimals.');
  const scale = 10 ** decimals;
  let multiple = 0;
  for (let i = 0; i < count; i++) {
    multiple += reader.signed();
    values[i] = multiple / scale;
  }
  return values;
}

/** The bits of one double, as two halves. */
const double = new Float64Array(1);
const bytes = new Uint8Array(double.buffer);
const halves = new Uint32Array(double.buffer);

/** One byte says which of the eight bytes differ at all: from the first that does to the last. */
function writeXored(values: Float64Array, writer: ByteWriter): void {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    double[0] = values[i] ?? 0;
    const [nextLow = 0, nextHigh = 0] = halves;
    halves[0] = nextLow ^ low;
    halves[1] = nextHigh ^ high;
    [low, high] = [nextLow, nextHigh];
    let from = 0;
    while (from < 8 && bytes[from] === 0) from += 1;
    let to = 8;
    while (to > from && bytes[to - 1] === 0) to -= 1;
    writer.byte(from === 8 ? 0 : (from << 4) | to);
    for (let at = from; at < to; at++) writer.byte(bytes[at] ?? 0);
  }
}

function readXored(values: Float64Array, reader: ByteReader): Float64Array {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    halves[0] = 0;
    halves[1] = 0;
    const span = reader.byte();
    const to = span & 15;
    if (to > 8) throw new RangeError('A double has eight bytes.');
    for (let at = span >> 4; at < to; at++) bytes[at] = reader.byte();
    low ^= halves[0] ?? 0;
    high ^= halves[1] ?? 0;
    halves[0] = low;
    halves[1] = high;
    values[i] = double[0] ?? 0;
  }
  return values;
}
