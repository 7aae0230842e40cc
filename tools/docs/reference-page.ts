/** What a page of `docs/reference` claims, read from its text: labelled examples, and the rows of its tables. */

export interface LabelledExample {
  /** The word after `json`: what the example is one of. */
  readonly label: string;
  readonly text: string;
}

/** Blocks that begin with ```` ```json <label> ````. A block without a label has an empty one. */
export function labelledExamples(page: string): LabelledExample[] {
  return [...page.matchAll(/^```json ?(\w*)\n([\s\S]*?)\n```$/gm)].map(([, label = '', text = '']) => ({
    label,
    text,
  }));
}

/** The code spans of each row of the page's tables, in order. */
export function tableCodes(page: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}
