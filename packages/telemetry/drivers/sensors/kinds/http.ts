/** A value that a device or service tells over HTTP, as JSON or as a bare number. */
import { readFileSync } from 'node:fs';
import { type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HttpOptions } from '../driver-options.ts';
import { type JsonPath, numberAt, parseJsonAnswer, parseJsonPath } from '../json-path.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';

/** Far above what a device says, far below what memory holds. */
const mostBytes = 1024 * 1024;

export class HttpDriver implements SensorDriver {
  readonly #options: HttpOptions;
  readonly #path: JsonPath;
  readonly #ca: Buffer | undefined;

  constructor(options: HttpOptions) {
    this.#options = options;
    const path = parseJsonPath(options.path ?? '');
    if (path === undefined)
      throw new Error(`"${options.path}" is no path such as main.temp or sensors[0].value.`);
    this.#path = path;
    this.#ca = options.ca === undefined ? undefined : readFileSync(options.ca);
  }

  async read(signal: AbortSignal): Promise<SensorValue> {
    const { url, headers = {} } = this.#options;
    const accept = { accept: 'application/json, text/plain', ...headers };
    // A connection of its own each time: one that a device has dropped would fail the next read.
    const ca = this.#ca === undefined ? {} : { ca: this.#ca };
    const text = await get(url, { headers: accept, agent: false, signal, ...ca });
    return { value: numberAt(parseJsonAnswer(text), this.#path) };
  }
}

function get(url: string, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const asked = request(url, options, (answer) => {
      const fail = (sentence: string): void => {
        reject(new Error(sentence));
        asked.destroy();
      };
      const { statusCode = 0 } = answer;
      if (statusCode < 200 || statusCode > 299) return fail(`The server answers ${statusCode}.`);
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostBytes) return fail(`The answer is larger than ${mostBytes} bytes.`);
        chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    asked.on('error', (error) => reject(new Error(`The server cannot be reached: ${error.message}`)));
    asked.end();
  });
}
