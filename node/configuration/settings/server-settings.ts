import { type ListenUrl, listenTcpUrl, listenUrls, publicUrl } from '../listen-url.ts';
import { setting } from '../setting.ts';
import { flag, integer, oneOf, optional, text } from '../value-form.ts';

const LOCAL: ListenUrl = { scheme: 'http', host: '127.0.0.1', port: 8080 };

export const serverUrl = setting('ServerUrl', listenUrls, [LOCAL], 'Where HTTP is served.');
export const serverUrlTcp = setting(
  'ServerUrl.Tcp',
  optional(listenTcpUrl),
  null,
  'Where nodes and subscriptions connect; not set: the host of ServerUrl and any free port.',
);
export const publicServerUrl = setting(
  'PublicServerUrl',
  optional(publicUrl(['http', 'https'])),
  null,
  'What other nodes and clients are told; not set: ServerUrl.',
);
export const publicServerUrlTcp = setting(
  'PublicServerUrl.Tcp',
  optional(publicUrl(['tcp'])),
  null,
  'What other nodes are told for TCP; not set: where it listens.',
);
export const dataDir = setting('DataDir', text, 'data', 'Folder of everything the node keeps.');
export const runInMemory = setting(
  'RunInMemory',
  flag,
  false,
  'true: nothing is synced to disk and all is gone when the process ends.',
);
export const setupMode = setting(
  'Setup.Mode',
  oneOf(['None', 'Initial', 'LetsEncrypt', 'Secured', 'Unsecured']),
  'None' as const,
  'There is no setup wizard: all values do what None does.',
);
export const parentProcessId = setting(
  'Embedded.ParentProcessId',
  optional(integer(1, 2 ** 31 - 1)),
  null,
  'The node stops when this process is gone.',
  ['Testing.ParentProcessId'],
);
export const maxConcurrentRequests = setting(
  'Http.MaxConcurrentRequests',
  optional(integer(1, 1_000_000)),
  null,
  'Requests served at once; more are refused with 503. Not set: the built-in limit.',
  ['Server.MaxConcurrentRequests'],
);

export const SERVER_SETTINGS = [
  serverUrl,
  serverUrlTcp,
  publicServerUrl,
  publicServerUrlTcp,
  dataDir,
  runInMemory,
  setupMode,
  parentProcessId,
  maxConcurrentRequests,
] as const;
