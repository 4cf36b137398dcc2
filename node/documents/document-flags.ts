/** Flags of a stored item, as bits. Written in `@flags` by name, in this order. */
export const DocumentFlag = {
  HasRevisions: 1,
  Revision: 1 << 1,
  DeleteRevision: 1 << 2,
  HasAttachments: 1 << 3,
  HasCounters: 1 << 4,
  HasTimeSeries: 1 << 5,
  FromReplication: 1 << 6,
  FromClusterTransaction: 1 << 7,
  Conflicted: 1 << 8,
  Resolved: 1 << 9,
  Artificial: 1 << 10,
  Reverted: 1 << 11,
  ForceCreated: 1 << 12,
  FromOldDocumentRevision: 1 << 13,
  Archived: 1 << 14,
  FromIndex: 1 << 15,
} as const;

const NAMES = Object.entries(DocumentFlag);

/** Bits that clients may see; rooms above keep marks of their own in others. */
export const SHOWN_FLAGS = NAMES.reduce((all, [, bit]) => all | bit, 0);

/** `HasRevisions, HasAttachments`; empty when there is no flag to show. */
export function formatFlags(flags: number): string {
  if (flags === 0) return '';
  return NAMES.filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(', ');
}
