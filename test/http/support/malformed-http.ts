import fc from 'fast-check';
import { routes } from '../../../node/http/routes.ts';

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

/** Not HTTP, or not quite. */
const brokenHttp = fc
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
    const length = saysLength ? [`Content-Length: ${bytes.byteLength}`] : [];
    const head = [`${method} ${target} ${version}`, 'Host: 127.0.0.1', ...lines, ...length].join(lineEnd);
    const whole = Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), bytes]);
    return cut === null ? whole : whole.subarray(0, cut);
  });

const names = fc.constantFrom('shop', 'SHOP', 'nope', '%00', '..', 'a'.repeat(300), 'sh%6Fp');
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'users/1',
    'users/',
    'users|',
    '0',
    '-1',
    '1',
    'true',
    'x',
    '%ff',
    '99999999999999999999',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(encodeURIComponent),
);

const keys = fc.constantFrom(
  ...['id', 'name', 'start', 'pageSize', 'startsWith', 'startAfter', 'matches', 'exclude', 'etag', 'include'],
  ...[
    'metadataOnly',
    'tag',
    'lastMax',
    'lastBatchSize',
    'end',
    'last',
    'value',
    'force',
    'docId',
    'node',
    'url',
  ],
  ...['nodeTag', 'index', 'enable', 'namesOnly', 'replicationFactor', 'waitForReplicasTimeout', 'txMode'],
);

/** HTTP without fault that asks for nonsense, at every route there is. */
const nonsense = fc
  .record({
    route: fc.constantFrom(...routes.filter(({ path }) => path !== '/admin/databases')),
    name: names,
    query: fc.array(fc.tuple(keys, texts), { maxLength: 5 }),
    headers: fc.array(
      fc.constantFrom(
        'If-Match: "',
        'If-None-Match: "404 Response"',
        'Topology-Etag: "9999999999999999999999"',
        'Client-Configuration-Etag: x',
        'Known-Raft-Index: -1',
        'Accept-Encoding: gzip;q=NaN,,;;zstd',
        'Content-Encoding: gzip',
        'Content-Type: multipart/form-data; boundary=',
        'ETag: "undefined"',
        'Connection: close',
      ),
      { maxLength: 4 },
    ),
    body: fc.oneof(bodies, fc.json(), fc.constantFrom('{"DatabaseNames":["nope"]}', '{"DatabaseNames":[5]}')),
  })
  .map(({ route, name, query, headers: lines, body }) => {
    const path = route.scope === 'database' ? `/databases/${name}${route.path}` : route.path;
    const text = query.map(([key, value]) => `${key}=${value}`).join('&');
    const bytes = Buffer.from(body, 'utf8');
    const head = [
      `${route.method} ${path}?${text} HTTP/1.1`,
      'Host: 127.0.0.1',
      ...new Set(lines),
      `Content-Length: ${bytes.byteLength}`,
    ].join('\r\n');
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), bytes]);
  });

/** Requests as wire, proxy and program errors make them, and as nobody should. */
export const malformedRequest: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 4, arbitrary: brokenHttp },
  { weight: 6, arbitrary: nonsense },
);
