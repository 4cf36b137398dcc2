import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  constants,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
  deflateRaw,
  gzip,
  zstdCompress,
} from 'node:zlib';
import { COMPRESS_BYTES_MIN } from '../limits.ts';

export type Encoding = 'zstd' | 'gzip' | 'deflate';

/** Fast rather than small: most clients sit on the same network. */
const ZLIB = { level: 1 };
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const whole: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  zstd: (bytes) => promisify(zstdCompress)(bytes, ZSTD) as Promise<Buffer>,
  gzip: (bytes) => promisify(gzip)(bytes, ZLIB) as Promise<Buffer>,
  deflate: (bytes) => promisify(deflateRaw)(bytes, ZLIB) as Promise<Buffer>,
};

/** The best encoding that an `Accept-Encoding` allows; undefined for none. Quality values other than 0 are not weighed. */
export function chooseEncoding(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const offers = new Set<string>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', quality = ''] = part.split(';');
    if (!/^\s*q=0(\.0*)?\s*$/.test(quality)) offers.add(name.trim());
  }
  if (offers.has('zstd')) return 'zstd';
  if (offers.has('gzip')) return 'gzip';
  // As the real server: raw deflate, which every client that offers it reads.
  return offers.has('deflate') ? 'deflate' : undefined;
}

export function isWorthEncoding(byteLength: number): boolean {
  return byteLength >= COMPRESS_BYTES_MIN;
}

export function encodeWhole(encoding: Encoding, bytes: Buffer): Promise<Buffer> {
  return whole[encoding](bytes);
}

/** Encodes chunk by chunk; the source is ended when the result is given up. */
export function encodeStream(encoding: Encoding, source: AsyncIterable<Buffer>): Readable {
  const encoder =
    encoding === 'zstd'
      ? createZstdCompress(ZSTD)
      : encoding === 'gzip'
        ? createGzip(ZLIB)
        : createDeflateRaw(ZLIB);
  return pipeline(Readable.from(source, { objectMode: false }), encoder, () => {});
}
