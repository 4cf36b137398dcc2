import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends bytes as they are and gives everything that comes back until the server closes or falls silent. */
export function exchangeBytes(port: number, bytes: Buffer, silenceMs = 300): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    let silence: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.destroy(), silenceMs);
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
      settle();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silence);
      resolve(received);
    });
    socket.write(bytes, settle);
  });
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One request, as written, over fetch's head: fetch normalises methods, paths and headers, a test must not. */
export async function send(port: number, path: string, request: RawRequest = {}): Promise<RawResponse> {
  const body = Buffer.from(request.body ?? '');
  const lines = [
    `${request.method ?? 'GET'} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ...(request.body === undefined ? [] : [`Content-Length: ${body.byteLength}`]),
    'Connection: close',
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return parseResponse(await exchangeBytes(port, Buffer.concat([head, body]), 20_000));
}

export function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const raw = text.slice(end + 4);
  const bytes = headers.get('transfer-encoding') === 'chunked' ? unchunk(raw) : raw;
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    body: Buffer.from(bytes, 'latin1').toString('utf8'),
  };
}

function unchunk(text: string): string {
  let rest = text;
  let body = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.slice(0, lineEnd), 16);
    if (!(length > 0)) return body;
    body += rest.slice(lineEnd + 2, lineEnd + 2 + length);
    rest = rest.slice(lineEnd + 4 + length);
  }
}
