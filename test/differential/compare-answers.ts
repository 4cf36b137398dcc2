import { isDeepStrictEqual } from 'node:util';
import type { PeerAnswer } from './peer.ts';

/** What of an answer must be alike on both sides. */
export type Essence =
  | { readonly kind: 'error'; readonly status: number; readonly message: string }
  | {
      readonly kind: 'results';
      readonly counts: Readonly<Record<string, unknown>>;
      readonly index: unknown;
      readonly includes: readonly string[];
      /** Results of which something is highlighted, by field. */
      readonly highlighted: Readonly<Record<string, readonly string[]>>;
      /** Results of which the scores are explained. */
      readonly explained: readonly string[];
      readonly results: readonly unknown[];
    };

const COUNTS = ['TotalResults', 'CappedMaxResults', 'ScannedResults', 'SkippedResults'] as const;

/**
 * An answer without what is different each time: etags, times, scores, names of nodes. Which auto index answered
 * depends on all queries before; `namesAutoIndex`: it does not for this query.
 */
export function essenceOf({ status, body }: PeerAnswer, namesAutoIndex = false): Essence {
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  if (status !== 200) {
    const message = String(answer.Message ?? answer.Error ?? body).split('\n')[0] ?? '';
    return { kind: 'error', status, message };
  }
  const results = (answer.Results ?? []) as readonly Readonly<Record<string, unknown>>[];
  return {
    kind: 'results',
    counts: Object.fromEntries(COUNTS.filter((name) => name in answer).map((name) => [name, answer[name]])),
    index: namesAutoIndex ? answer.IndexName : String(answer.IndexName).replace(/^(Auto\/[^/]+).*/, '$1'),
    includes: Object.keys(answer.Includes ?? {}).sort(),
    highlighted: highlightedIn(answer.Highlightings),
    explained: Object.keys(answer.Explanations ?? {}).sort(),
    results: results.map(withoutMetadata),
  };
}

/** How fragments are cut is each server's own; that there are some is not. */
function highlightedIn(highlightings: unknown): Readonly<Record<string, readonly string[]>> {
  const byField = (highlightings ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown[]>>>>;
  const marked = Object.entries(byField).map(([field, byKey]) => {
    const keys = Object.entries(byKey).flatMap(([key, fragments]) => (fragments.length > 0 ? [key] : []));
    return [field, keys.sort()] as const;
  });
  return Object.fromEntries(marked.filter(([, keys]) => keys.length > 0));
}

/** Of the metadata the id, the collection and whether it is a projection. */
function withoutMetadata(result: Readonly<Record<string, unknown>>): unknown {
  const { '@metadata': metadata, ...rest } = result;
  if (metadata === undefined) return rest;
  const {
    '@id': id,
    '@collection': collection,
    '@projection': projection,
  } = metadata as Record<string, unknown>;
  return { ...rest, '@metadata': { id, collection, projection } };
}

/** In what two answers differ, in a line each; none: they are alike. Errors are alike whatever they say. */
export function differencesOf(ours: Essence, theirs: Essence): readonly string[] {
  if (ours.kind === 'error' || theirs.kind === 'error') {
    if (ours.kind === theirs.kind) return [];
    return [`ours: ${shown(ours)}`, `theirs: ${shown(theirs)}`];
  }
  const found: string[] = [];
  if (!isDeepStrictEqual(ours.results, theirs.results)) {
    const isOrder = isDeepStrictEqual(sorted(ours.results), sorted(theirs.results));
    found.push(
      `${isOrder ? 'the order of the results' : 'the results'}: ours ${brief(ours.results)}, theirs ${brief(theirs.results)}`,
    );
  }
  for (const part of ['counts', 'index', 'includes', 'highlighted', 'explained'] as const) {
    if (!isDeepStrictEqual(ours[part], theirs[part])) {
      found.push(`${part}: ours ${JSON.stringify(ours[part])}, theirs ${JSON.stringify(theirs[part])}`);
    }
  }
  return found;
}

function sorted(results: readonly unknown[]): readonly string[] {
  return results.map((result) => JSON.stringify(result)).sort();
}

function shown(essence: Essence): string {
  return essence.kind === 'error'
    ? `${essence.status} ${essence.message}`
    : `${essence.results.length} results`;
}

const BRIEF_CHARACTERS_MAX = 1200;

/** Ids where there are such, else the results themselves. */
function brief(results: readonly unknown[]): string {
  const each = results.map((result) => {
    const { '@metadata': metadata, ...rest } = result as {
      '@metadata'?: { id?: string; projection?: boolean };
    };
    return metadata?.id !== undefined && metadata.projection !== true ? metadata.id : JSON.stringify(rest);
  });
  const text = `[${each.join(' ')}]`;
  return text.length <= BRIEF_CHARACTERS_MAX ? text : `${text.slice(0, BRIEF_CHARACTERS_MAX)}…`;
}
