import { DocumentFlag } from '../../documents/document-flags.ts';
import type { DocumentReader } from '../../documents/document-reader.ts';
import { OUTPUTS_WRITTEN_AT_ONCE } from '../limits.ts';
import type { IndexReader } from '../store/index-reader.ts';
import { hashOfOutput, type ReduceOutput } from './reduce-output.ts';

/** Ids of the documents of groups that the index does not have, some at a time. */
export function* lostOutputs(
  output: ReduceOutput,
  reader: DocumentReader,
  index: IndexReader,
): Generator<readonly string[]> {
  let startAfter: string | undefined;
  for (;;) {
    const page = [
      ...reader.startsWith({
        prefix: output.prefix,
        pageSize: OUTPUTS_WRITTEN_AT_ONCE,
        ...(startAfter === undefined ? {} : { startAfter }),
      }),
    ];
    startAfter = page.at(-1)?.id;
    if (startAfter === undefined) return;
    const lost = page.filter(({ id, flags }) => {
      const hash = hashOfOutput(output, id);
      return hash !== undefined && (flags & DocumentFlag.Artificial) !== 0 && !index.hasGroup(hash);
    });
    if (lost.length > 0) yield lost.map(({ id }) => id);
  }
}
