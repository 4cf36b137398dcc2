import { argumentError, formatError } from '../../errors/protocol-error.ts';
import { ZONE_CHARACTERS_MAX } from '../../limits.ts';
import { type JsonObject, jsonObjectBody, member } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { NO_CONTENT } from '../../response.ts';
import { type ServerHandler, serverRoute } from '../../routing/route.ts';

/**
 * Says in which zone a node is, and where clients find it: `{"Zone": "z1", "PublicUrl": "https://a.example.com"}`. A
 * member that is absent stays as it is; null takes it back. The cluster keeps both until the node leaves.
 */
const setProperties: ServerHandler = async (request, { node }) => {
  const tag = requiredText(request, 'nodeTag');
  const body = await jsonObjectBody(request);
  const zone = textOrNull(body, 'Zone');
  const publicUrl = textOrNull(body, 'PublicUrl');
  await submitFor(request, node, {
    type: 'SetNodeProperties',
    node: tag,
    ...(zone === undefined ? {} : { zone: checkedZone(zone) }),
    ...(publicUrl === undefined ? {} : { publicUrl: checkedUrl(publicUrl) }),
  });
  return NO_CONTENT;
};

function textOrNull(body: JsonObject, name: string): string | null | undefined {
  const value = member(body, name);
  if (value === undefined || value === null || typeof value === 'string') return value;
  throw formatError(`'${name}' must be a string or null, but it is ${JSON.stringify(value)}.`);
}

function checkedZone(zone: string | null): string | null {
  if (zone === null || (zone.trim() !== '' && zone.length <= ZONE_CHARACTERS_MAX)) return zone;
  throw argumentError(
    `'Zone' must have 1 to ${ZONE_CHARACTERS_MAX} characters, or be null; it is ${JSON.stringify(zone)}.`,
  );
}

function checkedUrl(url: string | null): string | null {
  if (url === null) return null;
  const isUrl = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isUrl) {
    throw argumentError(
      `'PublicUrl' must be the URL by which clients reach the node, with http:// or https://, or null; it is ${JSON.stringify(url)}.`,
    );
  }
  return url.replace(/\/+$/, '');
}

export const nodePropertiesRoutes = [
  serverRoute('POST /admin/cluster/node/properties', 'ClusterAdmin', setProperties),
];
