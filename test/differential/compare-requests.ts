import { isDeepStrictEqual } from 'node:util';
import type { PeerAnswer } from './peer.ts';

/** Members that are different each time, wherever they stand. */
const VOLATILE = new Set([
  '@change-vector',
  '@last-modified',
  '@index-score',
  'AutoIndexCreationRaftIndex',
  'ChangeVector',
  'DurationInMs',
  'Error',
  'Etag',
  'Headers',
  'Index',
  'IndexDefinitionRaftIndex',
  'IndexTimestamp',
  'LastQueryTime',
  'Message',
  'NodeTag',
  'ResultEtag',
  'Url',
]);

/** An answer without what is different each time. Which auto index answered depends on all queries before. */
export function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !VOLATILE.has(name))
      .map(([name, one]) => [
        name,
        name === 'IndexName' ? String(one).replace(/^(Auto\/[^/]+).*/, '$1') : steady(one),
      ]),
  );
}

/** In what two answers to a request differ; none: they are alike. Errors are alike whatever they say. */
export function requestDifferences(ours: PeerAnswer, theirs: PeerAnswer): readonly string[] {
  if (ours.status >= 400 && theirs.status >= 400) {
    return ours.status === theirs.status ? [] : [`status: ours ${ours.status}, theirs ${theirs.status}`];
  }
  const [our, their] = [linesOf(ours), linesOf(theirs)];
  if (ours.status === theirs.status && isDeepStrictEqual(our, their)) return [];
  return [`ours ${ours.status} ${JSON.stringify(our)}`, `theirs ${theirs.status} ${JSON.stringify(their)}`];
}

/** A body of JSON lines is a list of them. */
function linesOf({ body }: PeerAnswer): unknown {
  if (typeof body !== 'string' || !body.startsWith('{')) return steady(body);
  try {
    return body
      .trim()
      .split('\n')
      .map((line) => steady(JSON.parse(line) as unknown));
  } catch {
    // It is no JSON at all: the text is compared.
    return body;
  }
}
