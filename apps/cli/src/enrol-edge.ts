/** `bothy edge enrol`: turns a one-time code into the credentials of this edge, kept in a file of its own. */
import { chmod, rename, writeFile } from 'node:fs/promises';
import { BothyError, edgeSecretPattern, errorCodes, telemetryNamePattern } from '@bothy/wire';
import * as z from 'zod/mini';
import { unreachable } from './node-unreachable.ts';

export interface EnrolFlags {
  /** The web address of the node. */
  readonly node?: string;
  readonly code: string;
  readonly id: string;
  /** Where the credentials are kept. */
  readonly credentials?: string;
}

const answerSchema = z.object({
  edge: z.string().check(z.regex(telemetryNamePattern)),
  secret: z.string().check(z.regex(edgeSecretPattern)),
  mqttUrl: z.string().check(z.maxLength(300)),
  ca: z.exactOptional(z.string().check(z.maxLength(20_000))),
});
const refusalSchema = z.object({ code: z.enum(errorCodes), message: z.string() });

const patienceMs = 15_000;

/** Throws what the node answers, `node_unreachable`, or `storage_failed` when the file cannot be written. */
export async function runEnrolEdge(flags: EnrolFlags, print: (line: string) => void): Promise<void> {
  const { node = 'http://127.0.0.1:8080', code, id, credentials = `./${id}.credentials.json` } = flags;
  const answer = await ask(node, { code, edge: id });
  const { edge, secret, mqttUrl, ca } = answer;
  const text = `${JSON.stringify({ edge, secret, url: mqttUrl, ...(ca === undefined ? {} : { ca }) }, null, 2)}\n`;
  // The code is used up: a file that is half written would cost a second one.
  const draft = `${credentials}.new`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, credentials);
  } catch (cause) {
    const advice = 'Ask for another code, and name a file with --credentials that can be written.';
    throw new BothyError(
      'storage_failed',
      `The credentials could not be written to ${credentials}. ${advice}`,
      {
        cause,
      },
    );
  }
  print(`  ${edge} is enrolled; its credentials are in ${credentials}, readable by you alone.`);
  print(`  Start it: bothy edge --credentials ${credentials}`);
}

async function ask(
  node: string,
  body: { readonly code: string; readonly edge: string },
): Promise<z.infer<typeof answerSchema>> {
  let text: string;
  try {
    const response = await fetch(new URL('/api/v1/edges/enrol', node), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    text = await response.text();
  } catch (thrown) {
    throw unreachable(node, thrown);
  }
  const json = parseJson(text);
  const answer = answerSchema.safeParse(json);
  if (answer.success) return answer.data;
  const refusal = refusalSchema.safeParse(json);
  if (refusal.success) throw new BothyError(refusal.data.code, refusal.data.message);
  throw new BothyError('node_unreachable', `What answers at ${node} is no node of Bothy.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
