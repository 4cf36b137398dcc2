import { parseQuantity } from '../../../api/quantity.ts';

/** A field that is not as it was applied: where, and both values as JSON. */
export interface Difference {
  /** Such as `spec.template.spec.containers[name=node].image`. */
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
}

/**
 * Where an object of the API server is not what was applied. Only fields that are wanted count: others have their own
 * authors, or are defaults. What the API server writes in another way means the same: quantities, and things that are
 * empty.
 */
export function differencesOf(wanted: unknown, found: unknown, path = ''): readonly Difference[] {
  if (isSame(wanted, found)) return [];
  if (Array.isArray(wanted) && Array.isArray(found)) return listDifferences(wanted, found, path);
  if (isRecord(wanted) && isRecord(found)) {
    return Object.entries(wanted).flatMap(([name, value]) =>
      differencesOf(value, found[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return [{ path, wanted: shown(wanted), found: shown(found) }];
}

function isSame(wanted: unknown, found: unknown): boolean {
  if (wanted === found || (isEmpty(wanted) && isEmpty(found))) return true;
  const isWritten = (value: unknown): value is string | number =>
    typeof value === 'string' || typeof value === 'number';
  if (!isWritten(wanted) || !isWritten(found)) return false;
  const [a, b] = [parseQuantity(String(wanted)), parseQuantity(String(found))];
  return a !== undefined && a === b;
}

/** The API server drops fields that hold nothing, and those that hold what they would hold without being set. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.values(value).every(isEmpty);
}

/** Fields that tell the entries of a list apart, as the API's own lists of objects have them. */
const ENTRY_KEYS: readonly (readonly string[])[] = [
  ['name'],
  ['mountPath'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['topologyKey', 'whenUnsatisfiable'],
  ['uid'],
  ['type'],
];

/** Entries with keys are found by them, and others may stand between; lists without keys are taken whole. */
function listDifferences(
  wanted: readonly unknown[],
  found: readonly unknown[],
  path: string,
): readonly Difference[] {
  const keys = keysOf(wanted);
  if (keys === undefined) {
    if (wanted.length !== found.length) return [{ path, wanted: shown(wanted), found: shown(found) }];
    return wanted.flatMap((value, index) => differencesOf(value, found[index], `${path}[${index}]`));
  }
  return wanted.filter(isRecord).flatMap((entry) => {
    const name = keys.map((key) => `${key}=${String(entry[key])}`).join(',');
    const twin = found.find(
      (other) => isRecord(other) && keys.every((key) => isSame(entry[key], other[key])),
    );
    return differencesOf(entry, twin, `${path}[${name}]`);
  });
}

/** The fields by which every entry is another one; none when the list holds something else than such objects. */
function keysOf(list: readonly unknown[]): readonly string[] | undefined {
  const entries = list.filter(isRecord);
  if (entries.length === 0 || entries.length !== list.length) return undefined;
  return ENTRY_KEYS.find(([first = '', ...rest]) => {
    if (!entries.every((entry) => first in entry)) return false;
    const names = entries.map((entry) => [first, ...rest].map((key) => String(entry[key])).join(','));
    return new Set(names).size === names.length;
  })?.filter((key) => entries.some((entry) => key in entry));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SHOWN_LENGTH_MAX = 120;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX - 1)}…`;
}
