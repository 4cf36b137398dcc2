import type { CompareExchangeValues } from '../../../cluster/compare-exchange-values.ts';
import type { StoredValue } from '../../../cluster/state/compare-exchange.ts';
import { answerTooLarge } from '../../errors/protocol-error.ts';
import { ANSWER_BYTES_MAX, SLICE_VALUES } from '../../limits.ts';

/** `{"Results":[…]}` for keys that were named, in their order. */
export function namedValues(values: CompareExchangeValues, keys: readonly string[]): Buffer {
  let bytes = 0;
  const rows = keys.map((key) => {
    const stored = values.find(key);
    bytes += stored?.value.length ?? 0;
    if (bytes > ANSWER_BYTES_MAX) throw answerTooLarge();
    return stored === undefined ? missingRow(key) : valueRow(stored);
  });
  return Buffer.from(`{"Results":[${rows.join(',')}]}`);
}

/** A page of the values whose key starts with `prefix`. One of a single slice is one buffer; a longer one streams. */
export function listedValues(
  values: CompareExchangeValues,
  prefix: string,
  { start, pageSize }: { readonly start: number; readonly pageSize: number },
): Buffer | AsyncIterable<Buffer> {
  const slices = slicesOf(values, prefix, start, pageSize);
  const first = slices.next();
  const second = slices.next();
  const opened = `{"Results":[${(first.value ?? []).map(valueRow).join(',')}`;
  if (second.done === true) return Buffer.from(`${opened}]}`);
  return streamed(opened, second.value, slices);
}

async function* streamed(
  opened: string,
  second: readonly StoredValue[],
  rest: Generator<readonly StoredValue[]>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(opened);
  for (let rows = second; ; ) {
    yield Buffer.from(rows.map((row) => `,${valueRow(row)}`).join(''));
    // Between two slices, whoever waits gets a turn.
    await new Promise(setImmediate);
    const next = rest.next();
    if (next.done === true) break;
    rows = next.value;
  }
  yield Buffer.from(']}');
}

/** Values behind the first `start`, in slices that are not empty. */
function* slicesOf(
  values: CompareExchangeValues,
  prefix: string,
  start: number,
  pageSize: number,
): Generator<readonly StoredValue[]> {
  let toSkip = start;
  let wanted = pageSize;
  for (let after: string | undefined; wanted > 0; ) {
    const rows = values.list(prefix, SLICE_VALUES, after);
    const taken = rows.slice(toSkip, toSkip + wanted);
    toSkip = Math.max(0, toSkip - rows.length);
    wanted -= taken.length;
    if (taken.length > 0) yield taken;
    if (rows.length < SLICE_VALUES) return;
    after = rows.at(-1)?.key;
  }
}

function valueRow({ key, value, index }: StoredValue): string {
  return `{"Key":${JSON.stringify(key)},"Value":${value},"Index":${index}}`;
}

function missingRow(key: string): string {
  return `{"Key":${JSON.stringify(key)},"Value":null,"Index":-1}`;
}
