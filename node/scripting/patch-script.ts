import { nullSafe } from './null-safe.ts';

/** A change of a document by script. */
export interface Patch {
  readonly script: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The number of the next document that asks for one, and of which node: `orders/` becomes `orders/0000000000000000095-A`. */
export interface NewIds {
  readonly firstEtag: number;
  readonly nodeTag: string;
}

/** What a patch did, as the script reports it. */
export interface PatchEffects {
  /** The document with its metadata as it is now, as JSON; null when nothing of it changed. */
  readonly document: string | null;
  /** The document as it is in any case. */
  readonly whole: string;
  readonly puts: readonly {
    readonly id: string;
    readonly json: string;
    readonly changeVector: string | null;
    /** The id was completed with a number: there must be no such document yet. */
    readonly isNumbered: boolean;
  }[];
  readonly deletes: readonly { readonly id: string; readonly changeVector: string | null }[];
  /** What the script printed. */
  readonly info: readonly string[];
}

const RUN = `
let __puts = [];
let __deletes = [];
let __info = [];
let __newIds = null;

function __whole(document) {
  const metadata = __About.of(document) !== undefined ? getMetadata(document) : document['@metadata'];
  const { '@metadata': _, ...body } = document;
  return __json(metadata === undefined || metadata === null ? body : { ...body, '@metadata': metadata });
}

globalThis.put = (id, document, changeVector) => {
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    throw new Error('Created document must be a valid object which is not null or empty. Document ID: ' + __json(id) + '.');
  }
  const given = String(id);
  const isNumbered = given.endsWith('/') && __newIds !== null;
  const whole = isNumbered ? __numbered(given) : given;
  __puts.push({ id: whole, json: __whole(document), changeVector: changeVector ?? null, isNumbered });
  return isNumbered ? whole : id;
};

function __numbered(id) {
  return id + String(__newIds.firstEtag++).padStart(19, '0') + '-' + __newIds.nodeTag;
}

globalThis.del = (id, changeVector) => {
  const isThere = __load(String(id), '') !== undefined || __puts.some((one) => one.id === id);
  // Numbers count the writes before them, so these stay.
  __puts = __puts.filter((one) => one.id !== id || one.isNumbered);
  __deletes.push({ id: String(id), changeVector: changeVector ?? null });
  return isThere;
};

globalThis.output = (...values) => {
  for (const value of values) __info.push(typeof value === 'string' ? value : __json(value));
};
console.log = output;

for (const name of ['incrementCounter', 'deleteCounter', 'counter', 'counterRaw', 'timeseries']) {
  globalThis[name] = () => {
    throw new Error(name + '() is not built yet in this server.');
  };
}

/** What the LOAD clause before an UPDATE brings: one document, or a list of those that there are. */
function __loaded(from, path, isList, name) {
  const found = load([__at(from, path)].flat()).filter((one) => one !== undefined);
  if (isList) return found;
  if (found.length > 1) {
    throw new Error('Attempted to read multiple values in field ' + name + ", but it isn't an array: did you forget '[]'?");
  }
  return found[0];
}

/** Members that a script gave no value are null where the document had them, and else were not meant. */
function __patched(document, stored) {
  __wroteUndefined = false;
  const whole = __whole(document);
  if (!__wroteUndefined) return whole;
  __leaveOut(document, JSON.parse(stored));
  return __whole(document);
}

function __leaveOut(now, stored) {
  const isObject = (value) => typeof value === 'object' && value !== null;
  for (const [name, one] of Object.entries(now)) {
    if (one === undefined && !Object.hasOwn(stored, name)) delete now[name];
    else if (isObject(one) && isObject(stored[name])) __leaveOut(one, stored[name]);
  }
}

function __run({ row, values: given, newIds }) {
  const values = __parse(given);
  __newIds = newIds;
  __puts = [];
  __deletes = [];
  __info = [];
  const document = __document(row);
  const before = __whole(document);
  __patch.call(document, values, ...__names.map((name) => values[name]));
  const whole = __patched(document, row[0]);
  return {
    document: whole === before ? null : whole,
    whole,
    puts: __puts,
    deletes: __deletes,
    info: __info,
  };
}
`;

/** The text to compile for a patch: the same for all documents that it is run on. */
export function patchScript({ script, values }: Patch): string {
  const names = Object.keys(values).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  const parameters = ['args', ...names.map((name) => `$${name}`)];
  return [
    RUN,
    `const __names = ${JSON.stringify(names)};`,
    nullSafe(`function __patch(${parameters.join(', ')}) {\n${script}\n}`, { missingIsEmpty: true }),
  ].join('\n');
}
