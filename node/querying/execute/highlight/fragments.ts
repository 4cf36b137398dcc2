import type { HighlightPlan } from '../../plan/highlight-plan.ts';

/** A part of a text that was searched; `kind` tells what is searched apart. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly kind: number;
}

interface Fragment {
  readonly start: number;
  readonly end: number;
  readonly hits: readonly Hit[];
}

/** Characters that a fragment shows before its first hit: a word or two, as far as there is room. */
const LEAD_CHARACTERS = 8;
const LEAD_PART = 4;

/**
 * The fragments of a text around its hits, those with most hits first: each begins and ends with whole words where it
 * can, and hits are never cut. `hits` are in their order and don't overlap.
 */
export function fragmentsOf(
  text: string,
  hits: readonly Hit[],
  { length, count, tags }: Pick<HighlightPlan, 'length' | 'count' | 'tags'>,
): readonly string[] {
  const fragments: Fragment[] = [];
  let from = 0;
  for (let at = 0; at < hits.length; ) {
    const first = hits[at] as Hit;
    const room = Math.max(0, length - (first.end - first.start));
    const lead = Math.min(room, Math.max(LEAD_CHARACTERS, Math.floor(length / LEAD_PART)));
    const start = wordStart(text, Math.max(from, first.start - lead), first.start);
    const limit = Math.max(first.end, Math.min(text.length, start + length));
    const inside = hits.slice(at).filter((hit) => hit.end <= limit);
    const end = wordEnd(text, limit, inside.at(-1)?.end ?? first.end);
    fragments.push({ start, end, hits: inside });
    from = end;
    at += inside.length;
  }
  return fragments
    .sort((a, b) => b.hits.length - a.hits.length || a.start - b.start)
    .slice(0, count)
    .map((fragment) => marked(text, fragment, tags));
}

/** The start of the first whole word from `from` on, and no later than `latest`. */
function wordStart(text: string, from: number, latest: number): number {
  if (from === 0 || isSpace(text, from - 1)) return skipSpace(text, from, latest);
  let start = from;
  while (start < latest && !isSpace(text, start)) start++;
  return skipSpace(text, start, latest);
}

/** The end of the last whole word before `limit`, and no earlier than `earliest`. */
function wordEnd(text: string, limit: number, earliest: number): number {
  let end = limit;
  if (end < text.length && !isSpace(text, end)) while (end > earliest && !isSpace(text, end - 1)) end--;
  while (end > earliest && isSpace(text, end - 1)) end--;
  return end;
}

function skipSpace(text: string, from: number, latest: number): number {
  let start = from;
  while (start < latest && isSpace(text, start)) start++;
  return start;
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at] ?? ' ');
}

function marked(text: string, { start, end, hits }: Fragment, tags: HighlightPlan['tags']): string {
  let shown = '';
  let from = start;
  for (const hit of hits) {
    const [before, behind] = tags[hit.kind % tags.length] ?? ['', ''];
    shown += text.slice(from, hit.start) + before + text.slice(hit.start, hit.end) + behind;
    from = hit.end;
  }
  return shown + text.slice(from, end);
}
