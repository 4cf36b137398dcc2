import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { isLinq } from '../linq/is-linq.ts';
import { parseLinq } from '../linq/syntax/parse-linq.ts';
import type { Clause, Expression } from '../linq/syntax/syntax-tree.ts';
import { type Token, tokensOf } from '../linq/syntax/tokens.ts';

/** What the document is called in a merged map. */
export const DOCUMENT = 'doc';

/** A map that gives one entry of each document of a collection, with a value for each field. */
export interface MergeableMap {
  /** Null: all documents. */
  readonly collection: string | null;
  /** C# of each field, of a document that is called `doc`. */
  readonly fields: ReadonlyMap<string, FieldText>;
}

export interface FieldText {
  readonly text: string;
  /** The same for texts that differ in white space and comments only. */
  readonly key: string;
}

const MORE = 'Cannot merge indexes that do more than to select fields of the documents of one collection.';

/** The map of an index, or why it can't be one with the map of another. @throws LinqError */
export function mergeableMap({ Maps, Reduce }: StaticIndexDefinition): MergeableMap | string {
  const [map = ''] = Maps;
  if (Reduce !== null && Reduce !== undefined) return 'Cannot merge map/reduce indexes.';
  if (Maps.length > 1) return 'Cannot merge multi map indexes.';
  if (!isLinq(map)) return 'Cannot merge JavaScript indexes.';
  const parts = partsOf(parseLinq(map));
  if (typeof parts === 'string') return parts;
  const collection = collectionOf(parts.source);
  if (collection === undefined) return MORE;
  if (parts.result.kind !== 'object') return 'Cannot merge indexes whose fields are not those of one object.';
  const names = parts.result.members.map(({ name }) => name);
  const texts = memberTokens(tokensOf(map), parts.result.at).map((tokens) =>
    fieldText(map, withoutName(tokens), parts.name),
  );
  if (texts.includes(null))
    return `Cannot merge indexes in which '${DOCUMENT}' would not be the document everywhere.`;
  return { collection, fields: new Map(names.map((name, at) => [name, texts[at] as FieldText])) };
}

interface MapParts {
  readonly source: Expression;
  readonly name: string;
  readonly result: Expression;
}

const CLAUSE_REASONS: Readonly<Record<Clause['kind'], string>> = {
  from: 'Cannot merge indexes that have more than a single from clause.',
  where: 'Cannot merge indexes that have a where clause.',
  let: 'Cannot merge indexes that are using a let clause.',
  orderby: 'Cannot merge indexes that have an order by clause.',
};

function partsOf(tree: Expression): MapParts | string {
  if (tree.kind === 'query') {
    const [first, second] = tree.clauses;
    if (second !== undefined) return CLAUSE_REASONS[second.kind];
    if (tree.end.kind === 'group') return 'Cannot merge indexes that have a group by clause.';
    if (first?.kind !== 'from') return CLAUSE_REASONS.from;
    return { source: first.source, name: first.name, result: tree.end.value };
  }
  if (tree.kind === 'call' && tree.callee.kind === 'member') {
    const { name, target } = tree.callee;
    const [lambda] = tree.values;
    if (name === 'SelectMany') return 'Cannot merge fanout indexes.';
    if (name === 'Select' && lambda?.kind === 'lambda' && lambda.parameters.length === 1) {
      return { source: target, name: lambda.parameters[0] ?? '', result: lambda.body };
    }
  }
  return MORE;
}

/** Undefined: it is not one collection, nor all documents. */
function collectionOf(source: Expression): string | null | undefined {
  const isDocs = (one: Expression): boolean => one.kind === 'name' && one.name === 'docs';
  if (isDocs(source)) return null;
  if (source.kind === 'member' && isDocs(source.target)) return source.name;
  if (source.kind !== 'item' || !isDocs(source.target) || source.index.kind !== 'literal') return undefined;
  return typeof source.index.value === 'string' ? source.index.value : undefined;
}

/** The tokens of each member of the object that begins there. */
function memberTokens(tokens: readonly Token[], at: number): readonly (readonly Token[])[] {
  const begin = tokens.findIndex((token) => token.at >= at && token.text === '{') + 1;
  const members: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(begin)) {
    const isSign = token.kind === 'sign';
    if (isSign && /^[([{]$/.test(token.text)) depth += 1;
    if (isSign && /^[)\]}]$/.test(token.text)) depth -= 1;
    if (depth < 0) break;
    if (isSign && depth === 0 && token.text === ',') members.push([]);
    else members.at(-1)?.push(token);
  }
  return members.filter(({ length }) => length > 0);
}

function withoutName(tokens: readonly Token[]): readonly Token[] {
  return tokens[0]?.kind === 'name' && tokens[1]?.text === '=' ? tokens.slice(2) : tokens;
}

/** Null: the document can't be called otherwise there. */
function fieldText(source: string, tokens: readonly Token[], name: string): FieldText | null {
  const isOfItself = ({ kind, text }: Token, at: number): boolean =>
    kind === 'name' && !/^\??\.$/.test(tokens[at - 1]?.text ?? '') && (text === name || text === DOCUMENT);
  const isUnclear = (token: Token, at: number): boolean => {
    if (token.kind === 'interpolation') return name !== DOCUMENT;
    if (!isOfItself(token, at)) return false;
    const next = tokens[at + 1]?.text ?? '';
    // Another thing of that name, a parameter or a member; or the document as a member of an object.
    return token.text !== name || next === '=>' || next === '=' || (next !== '' && /^[,}]$/.test(next));
  };
  if (tokens.some(isUnclear)) return null;
  const shown = tokens.map((token, at) =>
    isOfItself(token, at) ? DOCUMENT : source.slice(token.at, token.end),
  );
  const text = shown.map((one, at) => {
    const before = tokens[at - 1];
    const token = tokens[at];
    return before !== undefined && token !== undefined && before.end < token.at ? ` ${one}` : one;
  });
  return { text: text.join(''), key: shown.join(' ') };
}
