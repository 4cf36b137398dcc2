import type { PatchOutcome } from '../../../index-thread/patch-document.ts';
import { shownDocument } from '../batch/expand-patches.ts';

/** What a script did, for whoever tries it out. Counters, time series and attachments are named as the protocol has them. */
export function patchActions({ work, puts, deletes }: PatchOutcome): Readonly<Record<string, unknown>> {
  return {
    LoadDocument: (work?.loads ?? []).map(({ id, isThere }) => ({ Id: id, Exists: isThere })),
    PutDocument: puts.map(({ id, json }) => ({ Id: id, Data: JSON.parse(json) as unknown })),
    DeleteDocument: deletes.map(({ id }) => id),
    GetCounter: [],
    IncrementCounter: [],
    DeleteCounter: [],
    GetTimeSeries: [],
    AppendTimeSeries: [],
    IncrementTimeSeries: [],
    DeleteTimeSeries: [],
  };
}

/** The document as it was before; null: there was none, or nobody asked. */
export function originalDocument({ work }: PatchOutcome): unknown {
  return work === undefined || work.original === null ? null : shownDocument(work.original);
}
