import { JsonReader } from '../../../json/json-reader.ts';
import { invalidOperation } from '../../errors/protocol-error.ts';
import { CSV_COLUMNS_MAX, CSV_DEPTH_MAX } from '../../limits.ts';

const METADATA = '@metadata';
const ID = '@id';
const END = '\r\n';
/** Says that the text is UTF-8: spreadsheets ask for it. */
export const BYTE_ORDER_MARK = '\ufeff';

/** Members of the metadata that are the same in every export, or mean nothing outside of the database. */
const SHOWN_METADATA: ReadonlySet<string> = new Set(['@collection', '@projection']);

/**
 * Rows of results as CSV. The columns are those that the client wants, else the members of the first result, those of
 * objects in it by their paths.
 */
export class CsvWriter {
  #columns: readonly string[] | undefined;
  #hasHeader = false;

  constructor(columns: readonly string[] | undefined) {
    this.#columns = columns;
  }

  /**
   * The line of a result, after that of the columns when it is the first.
   *
   * @throws ProtocolError when the first result has too many members
   */
  row(result: Buffer): string {
    this.#columns ??= columnsOf(result);
    const header = this.#hasHeader ? '' : `${this.#columns.map(quotedIfNeeded).join(',')}${END}`;
    this.#hasHeader = true;
    return `${header}${this.#columns.map((column) => cell(jsonOf(result, column))).join(',')}${END}`;
  }
}

/** The id, the members, and what of the metadata is of use. */
export function columnsOf(result: Buffer): readonly string[] {
  const members = membersOf(result);
  const metadata = [...membersOf(members.get(METADATA) ?? NOTHING).keys()];
  const columns = [
    ...(metadata.includes(ID) ? [ID] : []),
    ...[...members].flatMap(([name, json]) => (name === METADATA ? [] : pathsOf(name, json, 1))),
    ...metadata
      .filter((name) => SHOWN_METADATA.has(name) || !name.startsWith('@'))
      .map((name) => `${METADATA}.${name}`),
  ];
  if (columns.length <= CSV_COLUMNS_MAX) return columns;
  throw invalidOperation(
    `CSV may have ${CSV_COLUMNS_MAX} columns, but the first result has ${columns.length}: name those that you want as field=…`,
  );
}

function pathsOf(path: string, json: Buffer, depth: number): readonly string[] {
  if (!isObject(json) || depth >= CSV_DEPTH_MAX) return [path];
  return [...membersOf(json)].flatMap(([name, value]) => pathsOf(`${path}.${name}`, value, depth + 1));
}

/** The JSON of a column; undefined: the result has nothing there. */
function jsonOf(result: Buffer, column: string): Buffer | undefined {
  const members = membersOf(result);
  const own = members.get(column);
  if (own !== undefined) return own;
  const metadata = members.get(METADATA) ?? NOTHING;
  if (column === ID) return membersOf(metadata).get(ID);
  if (column.startsWith(`${METADATA}.`)) return membersOf(metadata).get(column.slice(METADATA.length + 1));
  let json: Buffer | undefined = result;
  for (const name of column.split('.')) {
    if (json === undefined) return undefined;
    json = membersOf(json).get(name);
  }
  return json;
}

/** None of what is no object. */
function membersOf(json: Buffer): ReadonlyMap<string, Buffer> {
  const members = new Map<string, Buffer>();
  if (!isObject(json)) return members;
  const reader = new JsonReader(json);
  for (const name of reader.fields()) members.set(name, reader.skip());
  return members;
}

const NOTHING = Buffer.from('null');
const OPEN_BRACE = 0x7b;

function isObject(json: Buffer): boolean {
  return json[0] === OPEN_BRACE;
}

/** Texts in quotes, numbers as they stand in the document, and what has members as JSON. */
function cell(json: Buffer | undefined): string {
  if (json === undefined) return '';
  const text = json.toString('utf8');
  if (text.startsWith('"')) return quoted(JSON.parse(text) as string);
  if (text === 'null') return '';
  if (text === 'true') return 'True';
  return text === 'false' ? 'False' : quotedIfNeeded(text);
}

function quotedIfNeeded(text: string): string {
  return /[",\r\n]/.test(text) ? quoted(text) : text;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
