import { KEY_CHARACTERS_MAX, SCRIPT_RESULT_CHARACTERS_MAX } from './limits.ts';

/**
 * What every script finds: functions over documents. Runs inside the isolate; `__load` and `__compareExchange` are the host's. A document comes
 * as three texts: its JSON, its metadata and its id.
 */
export const PRELUDE = `
'use strict';
class __Given {
  constructor(document) {
    return document;
  }
}
/** What is known of a document beside its members, kept in it where no script sees it: a map beside it costs a multiple. */
class __About extends __Given {
  #about;
  constructor(document, about) {
    super(document);
    this.#about = about;
  }
  static of(document) {
    return typeof document === 'object' && document !== null && #about in document ? document.#about : undefined;
  }
}
/** One for all documents. */
const __METADATA = {
  enumerable: false,
  configurable: true,
  get() {
    return __About.of(this) === undefined ? undefined : getMetadata(this);
  },
  set(value) {
    const about = __About.of(this);
    if (about !== undefined) about.metadata = value;
  },
};
/** Whether metadata was asked for of a document that came without. */
let __lacksMetadata = false;

/** Long integers that this call has read, by the numbers that stand for them; null: for several. */
const __exact = new Map();

/** As JSON.parse. What a number can't hold is written as it was read, unless the script has changed it. */
function __parse(text) {
  return /\\d{16}/.test(text) ? JSON.parse(text, __noteExact) : JSON.parse(text);
}

function __noteExact(key, value, context) {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  if (source === undefined || !/^-?\\d+$/.test(source)) return value;
  const known = __exact.get(value);
  __exact.set(value, known === undefined || known === source ? source : null);
  return value;
}

/** What is missing is undefined, as a member would be. */
function __document(row) {
  return row === null ? undefined : __known(__parse(row[0]), row[1], row[2], row[0]);
}

/** text: of its metadata; undefined: it came without. json: as it was; undefined: nobody will ask. */
function __known(document, text, id, json) {
  new __About(document, { id, text, json, metadata: undefined });
  return Object.defineProperty(document, '@metadata', __METADATA);
}

function getMetadata(document) {
  if (document === null || document === undefined) return null;
  const about = __About.of(document);
  if (about === undefined) return Object.hasOwn(document, '@metadata') ? document['@metadata'] : null;
  if (about.metadata === undefined && about.text === undefined) {
    __lacksMetadata = true;
    return {};
  }
  about.metadata ??= JSON.parse(about.text);
  return about.metadata;
}

function id(document) {
  if (document === null || document === undefined) return null;
  return __About.of(document)?.id ?? null;
}

function lastModified(document) {
  const time = getMetadata(document)?.['@last-modified'];
  return time === undefined ? null : Date.parse(time.slice(0, 23) + 'Z');
}

function load(ids, collection) {
  if (Array.isArray(ids)) return ids.map((one) => load(one, collection));
  if (typeof ids !== 'string' || ids === '' || ids.length > ${KEY_CHARACTERS_MAX}) return undefined;
  const row = __load(ids, typeof collection === 'string' ? collection : '');
  return row === undefined ? undefined : __document(JSON.parse(row));
}

/** Ids of documents that the answer is to include. */
let __included = [];

function include(ids) {
  for (const id of Array.isArray(ids) ? ids : [ids]) {
    if (id === null || id === undefined || id === '') continue;
    if (typeof id !== 'string') throw new TypeError('include() takes the id of a document, or a list of them, but got ' + __json(id));
    __included.push(id);
  }
}

function cmpxchg(key) {
  if (typeof key !== 'string' || key === '' || key.length > ${KEY_CHARACTERS_MAX}) return null;
  const text = __compareExchange(key);
  return text === null ? null : __parse(text);
}

function __list(value) {
  return value === undefined ? [] : value;
}

/** The value at a path; members of the elements of lists on the way are gathered in a list. */
function __at(value, path) {
  if (value === null || value === undefined || path.length === 0) return value;
  const [step, ...rest] = path;
  if (Array.isArray(value)) {
    const below = step === '[]' ? rest : path;
    return value.map((one) => __at(one, below)).flat().filter((one) => one !== undefined);
  }
  return __at(step === '[]' ? value : value[step], rest);
}

function loadPath(document, path) {
  return load(__at(document, path.replaceAll('[]', '.[]').split('.')));
}

function startsWith(text, start) {
  return typeof text === 'string' && text.toLowerCase().startsWith(String(start).toLowerCase());
}

function endsWith(text, end) {
  return typeof text === 'string' && text.toLowerCase().endsWith(String(end).toLowerCase());
}

function regex(text, pattern) {
  return typeof text === 'string' && new RegExp(pattern, 'i').test(text);
}

function tryConvertToNumber(value) {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? null : number;
}

function recurse(item, children) {
  if (item === null || item === undefined) return [];
  const found = [item];
  for (let at = 0; at < found.length && found.length < 100000; at++) {
    const below = children(found[at]);
    for (const one of Array.isArray(below) ? below : [below]) {
      if (one !== null && one !== undefined && !found.includes(one)) found.push(one);
    }
  }
  return found;
}

const spatial = {
  distance(latitude1, longitude1, latitude2, longitude2, units) {
    const radians = (degrees) => (degrees * Math.PI) / 180;
    const half = (a, b) => Math.sin((radians(b) - radians(a)) / 2) ** 2;
    const between =
      half(latitude1, latitude2) +
      Math.cos(radians(latitude1)) * Math.cos(radians(latitude2)) * half(longitude1, longitude2);
    const kilometres = 2 * 6371.0087714 * Math.asin(Math.sqrt(between));
    return String(units ?? '').toLowerCase() === 'miles' ? kilometres / 1.609344 : kilometres;
  },
};

function output() {}
const console = { log() {} };

Date.prototype.toJSON = function () {
  return this.toISOString().slice(0, -1) + '0000Z';
};

/** Whether a member without a value was written. */
let __wroteUndefined = false;

/** shown: what stands for each value within it; absent: the value. */
function __json(value, shown) {
  const text = JSON.stringify(value, (key, one) => {
    if (typeof one === 'number') {
      if (!Number.isFinite(one)) return String(one);
      const exact = __exact.size === 0 ? undefined : __exact.get(one);
      return exact === undefined || exact === null ? one : JSON.rawJSON(exact);
    }
    if (one === undefined) {
      __wroteUndefined = true;
      return null;
    }
    if (typeof one === 'function') return null;
    return shown === undefined ? one : shown(one);
  });
  if (text === undefined) return 'null';
  if (text.length > ${SCRIPT_RESULT_CHARACTERS_MAX}) {
    throw new RangeError('What a script gives has ${SCRIPT_RESULT_CHARACTERS_MAX} characters at most.');
  }
  return text;
}
`;
