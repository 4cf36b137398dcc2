import type { DemoDocument } from './data-set.ts';

const DOCUMENTS_PER_REQUEST = 1_000;

export interface CopyComparison {
  /** Documents compared, each on every member. */
  readonly compared: number;
  /** Bytes read from all members. */
  readonly bytes: number;
  /** What was wrong, in words; empty when nothing was. */
  readonly problems: readonly string[];
}

/** Problems told at most; more of them say nothing new. */
const PROBLEMS_MAX = 10;

/**
 * Reads every document from every member and compares: the answers with one another byte for byte, metadata included,
 * and the document with what was sent.
 */
export async function compareCopies(
  members: readonly { readonly tag: string; readonly url: string }[],
  database: string,
  documents: readonly DemoDocument[],
): Promise<CopyComparison> {
  const problems: string[] = [];
  let bytes = 0;
  for (let at = 0; at < documents.length; at += DOCUMENTS_PER_REQUEST) {
    const part = documents.slice(at, at + DOCUMENTS_PER_REQUEST);
    const answers = await Promise.all(members.map(({ url }) => read(url, database, part)));
    bytes += answers.reduce((sum, answer) => sum + answer.length, 0);
    const [first] = answers;
    if (first === undefined) throw new Error('The database has no members.');
    for (const [i, answer] of answers.entries()) {
      if (!answer.equals(first))
        problems.push(`${members[0]?.tag} and ${members[i]?.tag} differ: ${firstDifference(first, answer)}`);
    }
    problems.push(...differencesFromSource(first, part));
    if (problems.length > PROBLEMS_MAX) break;
  }
  return { compared: documents.length, bytes, problems: problems.slice(0, PROBLEMS_MAX) };
}

async function read(url: string, database: string, part: readonly DemoDocument[]): Promise<Buffer> {
  const response = await fetch(`${url}/databases/${database}/docs`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ Ids: part.map(({ id }) => id) }),
  });
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The first document that is not the same in both answers, as both have it. */
function firstDifference(one: Buffer, other: Buffer): string {
  const [left, right] = [one, other].map(
    (answer) => (JSON.parse(answer.toString('utf8')) as { Results: unknown[] }).Results,
  );
  const at = left?.findIndex((document, i) => JSON.stringify(document) !== JSON.stringify(right?.[i])) ?? -1;
  return at < 0
    ? 'the same JSON in other bytes'
    : `${JSON.stringify(left?.[at])} / ${JSON.stringify(right?.[at])}`;
}

function differencesFromSource(answer: Buffer, part: readonly DemoDocument[]): string[] {
  const { Results } = JSON.parse(answer.toString('utf8')) as { Results: (Record<string, unknown> | null)[] };
  return part.flatMap(({ id, entity }, i) => {
    const stored = Results[i];
    if (stored === null || stored === undefined) return [`${id} is missing`];
    const { '@metadata': metadata, ...body } = stored;
    if ((metadata as { '@id': string })['@id'] !== id) return [`${id} came back under another id`];
    return JSON.stringify(body) === JSON.stringify(entity) ? [] : [`${id} is not what was sent`];
  });
}
