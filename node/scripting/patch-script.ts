import { nullSafe } from './null-safe.ts';

/** A change of a document by script. */
export interface Patch {
  readonly script: string;
  readonly values: Readonly<Record<string, unknown>>;
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
  }[];
  readonly deletes: readonly { readonly id: string; readonly changeVector: string | null }[];
  /** What the script printed. */
  readonly info: readonly string[];
}

const RUN = `
let __puts = [];
let __deletes = [];
let __info = [];

function __whole(document) {
  const metadata = __About.of(document) !== undefined ? getMetadata(document) : document['@metadata'];
  const { '@metadata': _, ...body } = document;
  return __json(metadata === undefined || metadata === null ? body : { ...body, '@metadata': metadata });
}

globalThis.put = (id, document, changeVector) => {
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    throw new Error('Created document must be a valid object which is not null or empty. Document ID: ' + __json(id) + '.');
  }
  __puts.push({ id: String(id), json: __whole(document), changeVector: changeVector ?? null });
  return id;
};

globalThis.del = (id, changeVector) => {
  const isThere = __load(String(id), '') !== undefined || __puts.some((one) => one.id === id);
  __puts = __puts.filter((one) => one.id !== id);
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

function __run({ row, values }) {
  __puts = [];
  __deletes = [];
  __info = [];
  const document = __document(row);
  const before = __whole(document);
  __patch.call(document, values, ...__names.map((name) => values[name]));
  const whole = __whole(document);
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
