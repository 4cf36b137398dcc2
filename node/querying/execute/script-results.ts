/** What a script gives for a row, as texts. */
export interface ScriptResult {
  /** JSON of an object, without metadata. */
  readonly json: string;
  /** JSON of an object: of a whole document its metadata, else what the script wants in that of the result. */
  readonly metadata: string;
  /** A document as it is stored, which clients may store again: no projection. */
  readonly isWhole: boolean;
}

/** What a script makes of a row. */
export interface ScriptRow {
  /** Results, where it gives a list. */
  readonly results: ScriptResult | readonly ScriptResult[];
  /** Ids of documents that it wants the answer to include. */
  readonly included: readonly string[];
}

/** In scripts: from what a select gives for a row to its results; a list gives several. */
export const SCRIPT_RESULTS = `
function __results(given) {
  if (!Array.isArray(given)) return __result(given, given);
  const results = [];
  const gather = (list) => {
    for (const one of list) {
      if (Array.isArray(one)) gather(one);
      else results.push(__result(one, given));
    }
  };
  gather(given);
  return results;
}
function __result(one, given) {
  if (one === null || typeof one !== 'object') return __noObject(given);
  const about = __About.of(one);
  const metadata = about === undefined ? one['@metadata'] : getMetadata(one);
  if (Object.hasOwn(one, '@metadata')) delete one['@metadata'];
  const json = __object(one, given, (within) => (within === one ? within : __shown(within)));
  if (about !== undefined && __isSame(json, about.json) && __isSame(__object(metadata, given), about.text)) {
    return { json: about.json, metadata: about.text, isWhole: true };
  }
  return { json, metadata: __ownMetadata(metadata, given), isWhole: false };
}
/** Whether JSON is that of a stored text. */
function __isSame(json, text) {
  return json === text || json === __json(__parse(text));
}
/** Without what is the server's to say. */
function __ownMetadata(metadata, given) {
  if (metadata === null || typeof metadata !== 'object' || Array.isArray(metadata)) return '{}';
  const own = { ...metadata };
  for (const name of ${JSON.stringify(['@id', '@change-vector', '@last-modified', '@index-score', '@flags', '@projection'])}) delete own[name];
  return __object(own, given);
}
function __object(value, given, shown) {
  const json = __json(value, shown);
  return json.startsWith('{') ? json : __noObject(given);
}
function __noObject(given) {
  throw new Error('Query returning a single function call result must return an object, but got: ' + __json(given));
}
/** A document within a result has its metadata, without what changes with each write. */
function __shown(one) {
  if (__About.of(one) === undefined) return one;
  const { '@change-vector': _, '@last-modified': __, ...metadata } = getMetadata(one);
  return metadata['@id'] === undefined ? one : { ...one, '@metadata': metadata };
}
`;
