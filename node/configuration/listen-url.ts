import type { ValueForm } from './value-form.ts';

/** Where to listen. Port 0: any free port. */
export interface ListenAddress {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
}

export interface ListenUrl extends ListenAddress {
  readonly scheme: 'http' | 'https';
}

function parseUrl(value: string, schemes: readonly string[]): URL | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isPlain = url.pathname === '/' || url.pathname === '';
  const isBare = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return schemes.includes(url.protocol.slice(0, -1)) && url.hostname !== '' && isPlain && isBare
    ? url
    : undefined;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function parseListenUrl(value: string): ListenUrl | undefined {
  const url = parseUrl(value, ['http', 'https']);
  if (url === undefined) return undefined;
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const defaultPort = scheme === 'https' ? 443 : 80;
  return { scheme, host: hostOf(url), port: url.port === '' ? defaultPort : Number(url.port) };
}

/** `http://host:port`, several with `;` between. */
export const listenUrls: ValueForm<readonly ListenUrl[]> = {
  expected: "a URL such as http://127.0.0.1:8080 (port 0: any free port; several with ';' between)",
  parse: (value) => {
    const urls = value.split(';').map((part) => parseListenUrl(part.trim()));
    return urls.every((url) => url !== undefined) ? urls : undefined;
  },
};

/** `tcp://host:port`, or a port alone for the host of ServerUrl (host is then null). */
export const listenTcpUrl: ValueForm<{ readonly host: string | null; readonly port: number }> = {
  expected: 'a URL such as tcp://127.0.0.1:38888, or a port number alone',
  parse: (value) => {
    if (/^\d{1,5}$/.test(value)) {
      const port = Number(value);
      return port <= 65_535 ? { host: null, port } : undefined;
    }
    const url = parseUrl(value, ['tcp']);
    // The URL class knows no default port for tcp, so it must be written.
    return url === undefined || url.port === '' ? undefined : { host: hostOf(url), port: Number(url.port) };
  },
};

/** A URL that others are told: it needs a real host and a real port. */
export function publicUrl(schemes: readonly string[]): ValueForm<string> {
  return {
    expected: `a URL that other nodes and clients can reach, such as ${schemes[0]}://a.example.com:8080, with a host that is not 0.0.0.0 and a port that is not 0`,
    parse: (value) => {
      const url = parseUrl(value, schemes);
      if (url === undefined || isAnyAddress(hostOf(url)) || url.port === '0') return undefined;
      if (url.protocol === 'tcp:' && url.port === '') return undefined;
      return value.replace(/\/$/, '');
    },
  };
}

/** `0.0.0.0` or `::`: every address of the machine. */
export function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}
