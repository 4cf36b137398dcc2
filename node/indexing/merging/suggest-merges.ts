import { isDeepStrictEqual } from 'node:util';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { DOCUMENT, type FieldText, type MergeableMap, mergeableMap } from './mergeable-map.ts';

export interface MergeSuggestions {
  /** Why an index stays as it is, by its name. */
  readonly unmergeable: ReadonlyMap<string, string>;
  readonly suggestions: readonly MergeSuggestion[];
  /** Indexes whose map can't be read. */
  readonly errors: readonly { readonly index: string; readonly message: string }[];
}

export type MergeSuggestion = { readonly collection: string } & (
  | { readonly kind: 'merge'; readonly indexes: readonly string[]; readonly merged: MergedIndex }
  /** One of them has all that the others have. */
  | { readonly kind: 'delete'; readonly indexes: readonly string[]; readonly surpassing: string }
);

/** The members of a definition by which the indexes that it is made of could differ. */
export type MergedIndex = Pick<
  StaticIndexDefinition,
  'Maps' | 'Fields' | 'Configuration' | 'AdditionalSources'
>;

interface Candidate {
  readonly definition: StaticIndexDefinition;
  readonly map: MergeableMap;
}

const ALL = '@all_docs';
const ALONE = "Can't find any other index to merge this index with.";
/** Options under this name are those of all fields. */
const ALL_FIELDS = '__all_fields';

/** Which indexes of one collection could be one: none of them filters or fans out, and what they share is the same. */
export function suggestMerges(definitions: readonly StaticIndexDefinition[]): MergeSuggestions {
  const unmergeable = new Map<string, string>();
  const errors: { index: string; message: string }[] = [];
  const candidates: Candidate[] = [];
  for (const definition of definitions) {
    try {
      const map = mergeableMap(definition);
      if (typeof map === 'string') unmergeable.set(definition.Name, map);
      else candidates.push({ definition, map });
    } catch (error) {
      errors.push({
        index: definition.Name,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
  const groups = candidates.map((first) => groupOf(first, candidates));
  for (const [only, second] of groups) {
    if (only !== undefined && second === undefined) unmergeable.set(only.definition.Name, ALONE);
  }
  return { unmergeable, suggestions: withoutParts(groups).map(suggestionOf), errors };
}

/** An index, and those that go with it and with each other. */
function groupOf(first: Candidate, candidates: readonly Candidate[]): readonly Candidate[] {
  const group = [first];
  for (const one of candidates) {
    if (one !== first && group.every((other) => goTogether(one, other))) group.push(one);
  }
  return group;
}

function goTogether(one: Candidate, other: Candidate): boolean {
  const [a, b] = [one.definition, other.definition];
  const isSameCollection = one.map.collection?.toLowerCase() === other.map.collection?.toLowerCase();
  const shared = [...one.map.fields].filter(([name]) => other.map.fields.has(name));
  return (
    isSameCollection &&
    shared.every(([name, { key }]) => other.map.fields.get(name)?.key === key) &&
    [ALL_FIELDS, ...shared.map(([name]) => name)].every((name) =>
      isDeepStrictEqual(a.Fields[name], b.Fields[name]),
    ) &&
    isDeepStrictEqual(a.Configuration, b.Configuration) &&
    isDeepStrictEqual(a.AdditionalSources, b.AdditionalSources)
  );
}

/** Groups of more than one that are not part of another, each once. */
function withoutParts(groups: readonly (readonly Candidate[])[]): readonly (readonly Candidate[])[] {
  return groups.filter(
    (group, at) =>
      group.length > 1 &&
      !groups.some(
        (other, otherAt) =>
          otherAt !== at &&
          group.every((one) => other.includes(one)) &&
          (other.length > group.length || otherAt < at),
      ),
  );
}

function suggestionOf(group: readonly Candidate[]): MergeSuggestion {
  const byName = group.toSorted((a, b) => (a.definition.Name < b.definition.Name ? -1 : 1));
  const fields = new Map(byName.flatMap(({ map }) => [...map.fields]));
  const names = byName.map(({ definition }) => definition.Name);
  const collection = byName[0]?.map.collection ?? null;
  const surpassing = byName.find(({ map }) => map.fields.size === fields.size)?.definition.Name;
  if (surpassing !== undefined) {
    const indexes = names.filter((name) => name !== surpassing);
    return { kind: 'delete', collection: collection ?? ALL, indexes, surpassing };
  }
  const { Configuration = {}, AdditionalSources = {} } = byName[0]?.definition ?? {};
  const merged: MergedIndex = {
    Maps: [mapText(collection, fields)],
    Fields: Object.assign({}, ...byName.map(({ definition }) => definition.Fields)),
    Configuration,
    AdditionalSources,
  };
  return { kind: 'merge', collection: collection ?? ALL, indexes: names, merged };
}

function mapText(collection: string | null, fields: ReadonlyMap<string, FieldText>): string {
  const isName = collection !== null && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(collection);
  const source =
    collection === null ? 'docs' : isName ? `docs.${collection}` : `docs[${JSON.stringify(collection)}]`;
  const members = [...fields]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { text }]) => `    ${name} = ${text}`);
  return `from ${DOCUMENT} in ${source}\nselect new\n{\n${members.join(',\n')}\n}`;
}
