import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterPrefix,
  decodeEtagRow,
  encodeEtagRow,
  etagKey,
  etagOfKey,
  namedEtagKey,
  nameOfKey,
} from '../../node/documents/storage-keys.ts';
import { decodeVersion, encodeVersion, type StoredVersion } from '../../node/documents/stored-document.ts';

const etag = fc.maxSafeNat();
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));

describe('the stored form', () => {
  it('of an item reads back what was written', () => {
    const item = fc.record({
      id: text,
      etag,
      changeVector: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
      collection: text,
      flags: fc.nat(),
      lastModified: fc.bigInt({ min: 0n, max: 2n ** 62n }),
    });
    fc.assert(
      fc.property(item, fc.option(fc.tuple(bytes, bytes)), (fields, content) => {
        const base = { ...fields, lowerId: fields.id.toLowerCase() };
        const version: StoredVersion =
          content === null
            ? { kind: 'tombstone', ...base }
            : { kind: 'document', ...base, metadata: content[0], body: content[1] };
        expect(decodeVersion(encodeVersion(version))).toEqual(version);
      }),
    );
  });

  it('of an etag row reads back what was written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('document', 'tombstone', 'revision', 'conflict'),
        etag,
        bytes,
        (kind, transaction, key) => {
          expect(decodeEtagRow(encodeEtagRow(kind, transaction, key))).toEqual({ kind, transaction, key });
        },
      ),
    );
  });

  it('of etag keys sorts as etags do, and names that begin alike stay apart', () => {
    fc.assert(
      fc.property(etag, etag, text, text, (a, b, x, y) => {
        expect(Math.sign(Buffer.compare(etagKey(a), etagKey(b)))).toBe(Math.sign(a - b));
        expect(Math.sign(Buffer.compare(namedEtagKey(x, a), namedEtagKey(x, b)))).toBe(Math.sign(a - b));
        expect([nameOfKey(namedEtagKey(x, a)), etagOfKey(namedEtagKey(x, a))]).toEqual([x, a]);
        const first = namedEtagKey(x, 0);
        const last = namedEtagKey(x, Number.MAX_SAFE_INTEGER);
        const other = namedEtagKey(y, b);
        const isWithin = Buffer.compare(other, first) >= 0 && Buffer.compare(other, last) <= 0;
        expect(isWithin).toBe(x === y);
      }),
    );
  });

  it('knows the end of a prefix', () => {
    fc.assert(
      fc.property(bytes, bytes, (prefix, key) => {
        const end = afterPrefix(prefix);
        const isWithin =
          Buffer.compare(key, prefix) >= 0 && (end === undefined || Buffer.compare(key, end) < 0);
        expect(isWithin).toBe(key.subarray(0, prefix.length).equals(prefix));
      }),
    );
  });
});
