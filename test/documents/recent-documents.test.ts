import { expect, it } from 'vitest';
import { RECENT_DOCUMENTS_BYTES_MAX, RECENT_DOCUMENTS_MAX } from '../../node/documents/limits.ts';
import { RecentDocuments } from '../../node/documents/recent-documents.ts';

it('keeps the documents written last, bounded by number and by bytes', () => {
  const recent = new RecentDocuments();
  for (let i = 0; i <= RECENT_DOCUMENTS_MAX; i++) recent.set(`k${i}`, Buffer.from(String(i)));
  expect(recent.size).toBe(RECENT_DOCUMENTS_MAX);
  expect(recent.get('k0')).toBeUndefined();
  recent.set('k1', Buffer.from('again'));
  recent.set('new', Buffer.from('new'));
  expect([recent.get('k1')?.toString(), recent.get('k2')]).toEqual(['again', undefined]);
  recent.set('k1', null);
  expect(recent.get('k1')).toBeUndefined();

  const large = Buffer.alloc(RECENT_DOCUMENTS_BYTES_MAX / 4);
  for (let i = 0; i < 6; i++) recent.set(`large${i}`, large);
  expect(recent.bytes).toBeLessThanOrEqual(RECENT_DOCUMENTS_BYTES_MAX);
  expect(recent.get('large5')).toBe(large);
  recent.clear();
  expect([recent.size, recent.bytes]).toEqual([0, 0]);
});
