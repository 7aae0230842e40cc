/** Reads the text of `edge.yaml`. */
import { parseRule } from '@bothy/telemetry/edge-core';
import type { Rule } from '@bothy/wire';
import { type Document, isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { invalidConfig, problemOf } from './config-problem.ts';
import { type EdgeFile, edgeSchema } from './edge-schema.ts';

/** 256 sensors and 500 rules with comments are far below. */
const mostBytes = 1024 * 1024;

export interface ParsedEdgeFile extends Omit<EdgeFile, 'rules'> {
  readonly rules: readonly Rule[] | undefined;
}

/** Throws `configuration_invalid` with file, line and field. `source` names the file in it. */
export function parseEdgeFile(yaml: string, source: string): ParsedEdgeFile {
  if (yaml.length > mostBytes) throw invalidConfig(source, undefined, { path: [], sentence: 'is too large' });
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number | undefined): number | undefined =>
    offset === undefined ? undefined : lines.linePos(offset).line;
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw invalidConfig(source, lineAt(broken.pos[0]), {
      path: [],
      sentence: `is no YAML: ${broken.message}`,
    });
  }
  const data = asData(document, source);
  const result = edgeSchema.safeParse(data);
  if (!result.success) {
    const problem = problemOf(result.error, data);
    throw invalidConfig(source, lineAt(offsetOf(document, problem.path)), problem);
  }
  const rules = result.data.rules?.map((text, at) => {
    const parsed = parseRule(text);
    if (parsed.ok) return parsed.rule;
    const { column, sentence } = parsed.error;
    const problem = { path: ['rules', at], sentence: `column ${column}: ${sentence}` };
    throw invalidConfig(source, lineAt(offsetOf(document, problem.path)), problem);
  });
  const names = rules?.map((rule) => rule.name) ?? [];
  const twice = names.findIndex((name, at) => names.indexOf(name) < at);
  if (twice !== -1) {
    const problem = {
      path: ['rules', twice],
      sentence: `is the name of another rule already: ${names[twice]}`,
    };
    throw invalidConfig(source, lineAt(offsetOf(document, problem.path)), problem);
  }
  return { ...result.data, rules };
}

/** Plain data; an empty file has no settings. */
function asData(document: Document, source: string): unknown {
  try {
    // A file of aliases of aliases would otherwise be gigabytes.
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw invalidConfig(source, undefined, { path: [], sentence: `is no YAML: ${why}` });
  }
}

/** Where the value stands, or else the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => String((key as { value?: unknown } | null)?.value ?? key) === String(step),
      );
      offset = rangeStart(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
