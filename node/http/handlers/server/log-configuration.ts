import { formatError, invalidOperation } from '../../errors/protocol-error.ts';
import { isJsonObject, jsonObjectBody, member, textMember } from '../../parameters/json-body.ts';
import { json, NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

const LEVELS: ReadonlySet<string> = new Set(['Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal', 'Off']);

/** The real server serves it to clients of 6.2 and newer only; ours carries the members of both generations. */
const get: ServerHandler = (_request, { node }) => {
  const { logs } = node;
  const file = {
    ArchiveAboveSizeInMb: 128,
    MaxArchiveDays: 3,
    MaxArchiveFiles: null,
    EnableArchiveFileCompression: false,
  };
  const filters = { CurrentFilters: [], CurrentLogFilterDefaultAction: 'Ignore' };
  const isOff = logs.currentLevel() === 'Off';
  return json(200, {
    Logs: {
      Path: logs.path,
      CurrentMinLevel: logs.currentLevel(),
      MinLevel: logs.configuredLevel(),
      ...file,
      ...filters,
    },
    AuditLogs: { Path: null, Level: 'Info', ...file },
    MicrosoftLogs: { CurrentMinLevel: 'Error', MinLevel: 'Error' },
    AdminLogs: { CurrentMinLevel: logs.currentLevel(), ...filters },
    CurrentMode: isOff ? 'None' : 'Operations',
    Mode: isOff ? 'None' : 'Operations',
    Path: logs.path,
    UseUtcTime: true,
    RetentionTime: '3.00:00:00',
    RetentionSize: null,
    Compress: false,
  });
};

/** `{"Logs":{"MinLevel":…}}`, or the older `{"Mode":…}`. */
const set: ServerHandler = async (request, { node }) => {
  const body = await jsonObjectBody(request);
  const logs = member(body, 'Logs');
  if (isJsonObject(logs)) {
    const level = textMember(logs, 'MinLevel');
    if (level !== undefined) {
      if (!LEVELS.has(level)) {
        throw formatError(`'${level}' is no log level; use one of ${[...LEVELS].join(', ')}.`);
      }
      node.logs.setLevel(level);
    }
    return NO_CONTENT;
  }
  const mode = textMember(body, 'Mode');
  if (mode === undefined) throw invalidOperation("The body must have 'Logs' with a 'MinLevel', or a 'Mode'.");
  node.logs.setLevel(mode === 'None' ? 'Off' : mode === 'Information' ? 'Debug' : 'Info');
  return NO_CONTENT;
};

export const logConfigurationRoutes = [
  serverRoute('GET /admin/logs/configuration', 'Operator', get),
  serverRoute('POST /admin/logs/configuration', 'Operator', set),
];
