import { jsonAt } from '../../../json/json-path.ts';
import { optionalText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { JSON_TYPE } from '../../response.ts';
import { BYTE_ORDER_MARK, CsvWriter } from './csv.ts';

/** How a stream is written: what goes before, around, between and after its results. */
export interface StreamForm {
  readonly contentType: string;
  /** Ending of the file that people keep; absent: the answer is for a program. */
  readonly extension?: string;
  readonly open: (head: string) => string;
  readonly row: (json: Buffer, isFirst: boolean) => string;
  readonly close: string;
  readonly failed: (message: string) => string;
}

/** The form that the client wants. What is no form that anybody knows is the one object, as RavenDB has it. */
export function streamForm(request: HttpRequest): StreamForm {
  switch (optionalText(request, 'format')?.toLowerCase()) {
    case 'jsonl':
      return LINES;
    case 'csv':
      return csv(request.query.all('field'));
    case 'json':
      return EXPORT;
    default:
      return OBJECT;
  }
}

const LINES: StreamForm = {
  contentType: JSON_TYPE,
  open: (head) => `{"Stats":{${head}}}\r\n`,
  row: (json) => `{"Item":${json}}\r\n`,
  close: '',
  failed: (message) => `{"Error":${JSON.stringify(message)}}\r\n`,
};

const OBJECT: StreamForm = {
  contentType: JSON_TYPE,
  open: (head) => `{${head},"Results":[`,
  row: (json, isFirst) => (isFirst ? String(json) : `,${json}`),
  close: ']}',
  failed: (message) => `],"Error":${JSON.stringify(message)}}`,
};

/** Documents as they could be stored again. */
const EXPORT: StreamForm = {
  contentType: 'text/json',
  extension: 'json',
  open: () => '[',
  row: (json, isFirst) => (isFirst ? asStored(json) : `,${asStored(json)}`),
  close: ']',
  failed: (message) => `,{"Error":${JSON.stringify(message)}}]`,
};

/** Columns of the first result, unless the client names some. */
function csv(fields: readonly string[]): StreamForm {
  const writer = new CsvWriter(fields.length === 0 ? undefined : fields);
  return {
    contentType: 'text/csv',
    extension: 'csv',
    open: () => BYTE_ORDER_MARK,
    row: (json) => writer.row(json),
    close: '',
    failed: (message) => `"Error: ${message.replaceAll('"', '""')}"\r\n`,
  };
}

/** Members of the metadata that a server writes. */
const WRITTEN: ReadonlySet<string> = new Set([
  '@id',
  '@change-vector',
  '@last-modified',
  '@index-score',
  '@flags',
]);

/** Without what the server writes into the metadata, which stands last in a result. */
function asStored(json: Buffer): string {
  const metadata = jsonAt(json, ['@metadata']);
  if (metadata === undefined) return String(json);
  const kept = Object.entries(JSON.parse(String(metadata)) as Record<string, unknown>).filter(
    ([name]) => !WRITTEN.has(name),
  );
  const before = json.subarray(0, json.length - metadata.length - 1);
  return `${before}${JSON.stringify(Object.fromEntries(kept))}}`;
}
