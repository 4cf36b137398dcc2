import { lostOutputs } from '../output/lost-outputs.ts';
import {
  type OutputFailure,
  type OutputSink,
  outputId,
  outputMeta,
  type ReduceOutput,
} from '../output/reduce-output.ts';
import type { ReducedGroup } from '../reduce/map-reduce-writer.ts';
import type { IndexReader } from '../store/index-reader.ts';
import type { IndexedDocuments } from './indexed-documents.ts';

export interface GroupOutputsOptions {
  /** Undefined: the index writes nothing. */
  readonly output: ReduceOutput | undefined;
  readonly sink: OutputSink;
  readonly documents: IndexedDocuments;
  readonly reader: IndexReader;
}

/** The documents that one index writes of its groups. Writes are counted, here and beside the documents. */
export class GroupOutputs {
  readonly #options: GroupOutputsOptions;
  /** What it has written is what the index remembers. */
  #isChecked = false;

  constructor(options: GroupOutputsOptions) {
    this.#options = options;
  }

  /** Deletes what other indexes have written. */
  async purge(obsolete: readonly ReduceOutput[]): Promise<void> {
    for (const output of obsolete) await this.#options.sink({ kind: 'purge', output });
  }

  /**
   * A crash may have taken groups whose documents were written: if the documents that they came from have changed
   * since, nobody would delete those. What still has a group is written again anyhow. `count`: of the writes that the
   * index remembers.
   */
  async forgetLost(count: number): Promise<void> {
    if (this.#isChecked) return;
    const { output, sink, documents, reader } = this.#options;
    if (output !== undefined && Number(documents.meta(outputMeta(output))?.toString() ?? 0) !== count) {
      for (const ids of lostOutputs(output, documents.reader, reader)) {
        const groups = ids.map((id) => ({ id, json: null }));
        await sink({ kind: 'store', output, groups, batch: count });
      }
    }
    this.#isChecked = true;
  }

  /** Writes what has become of groups; null: there was nothing to write. `count`: of the writes with this one. */
  async write(reduced: readonly ReducedGroup[], count: number): Promise<readonly OutputFailure[] | null> {
    const { output, sink } = this.#options;
    if (output === undefined || reduced.length === 0) return null;
    const groups = reduced.map(({ hash, json }) => ({ id: outputId(output, hash), json }));
    return sink({ kind: 'store', output, groups, batch: count });
  }
}
