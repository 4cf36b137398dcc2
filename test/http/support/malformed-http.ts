import fc from 'fast-check';

const targets = fc.constantFrom(
  '/',
  '/topology?name=shop',
  '/databases',
  '/databases/shop/docs?id=users%2F1',
  '/databases/shop/docs?id=%ff%zz&include=..[]()',
  '/databases/shop/docs?startsWith=&pageSize=99999999999999999999',
  '/databases/shop/bulk_docs',
  '/databases/shop/bulk_insert?id=1',
  '/databases/shop/multi_get',
  '/databases/shop/hilo/next?tag=users&lastBatchSize=-5&lastRangeAt=never',
  '/databases/shop/operations/state?id=NaN',
  '/databases/%00/docs?id=1',
  '/databases/../../etc/passwd',
  '/databases/shop%2Fdocs/docs',
  '/admin/databases?name=shop',
  '/admin/cluster/node?url=http://[',
  '/cluster/topology',
  '*',
  'http://[::1',
  '//',
);

const methods = fc.constantFrom(
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'HEAD',
  'PATCH',
  'OPTIONS',
  'RESET',
  'TRACE',
  'get',
  'G\0T',
  '',
);
const versions = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', '');
const lineEnds = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r', '');

const headers = fc.oneof(
  fc.constantFrom(
    'Host: 127.0.0.1',
    'Host: a\r\nHost: b',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5\r\nContent-Length: 6',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: gzip',
    'Content-Encoding: gzip',
    'Content-Encoding: zstd',
    'Content-Type: multipart/form-data; boundary=',
    'Accept-Encoding: gzip;q=NaN,,;;zstd',
    'If-Match: "',
    'If-None-Match: "A:1-',
    'Topology-Etag: "9999999999999999999999"',
    'Known-Raft-Index: -1',
    'Origin: null',
    'Expect: 100-continue',
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Upgrade: h2c',
    ' folded: yes',
    ': empty',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const bodies = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '[{',
    '[]',
    'null',
    '{"Commands":[{"Type":"PUT"}]}',
    '{"Commands":{"a":1}}',
    '{"Requests":[{"Url":"/databases/shop/multi_get","Method":"POST","Content":"{}"}]}',
    '{"a":'.repeat(2000),
    '['.repeat(5000),
    '{"Id":"x","@metadata":5}',
    '5\r\nhello\r\n0\r\n\r\n',
    'ffffffffffffffff\r\n',
    '-1\r\n',
    '\u001f\u008b\u0008\u0000',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json(),
);

/** Requests that are wrong in the ways that wire, proxy and program errors make them, and some that are merely odd. */
export const malformedRequest: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 9,
    arbitrary: fc
      .record({
        method: methods,
        target: fc.oneof({ weight: 4, arbitrary: targets }, fc.string({ unit: 'binary', maxLength: 30 })),
        version: versions,
        lineEnd: lineEnds,
        headers: fc.array(headers, { maxLength: 6 }),
        body: bodies,
        saysLength: fc.boolean(),
        cut: fc.option(fc.nat(300), { freq: 4, nil: null }),
      })
      .map(({ method, target, version, lineEnd, headers: lines, body, saysLength, cut }) => {
        const bytes = Buffer.from(body, 'latin1');
        const all = [
          'Host: 127.0.0.1',
          ...lines,
          ...(saysLength ? [`Content-Length: ${bytes.byteLength}`] : []),
        ];
        const head = Buffer.from(
          `${[`${method} ${target} ${version}`, ...all].join(lineEnd)}\r\n\r\n`,
          'latin1',
        );
        const whole = Buffer.concat([head, bytes]);
        return cut === null ? whole : whole.subarray(0, cut);
      }),
  },
);
