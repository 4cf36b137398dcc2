import type { GivenValue } from './given-value.ts';

const PREFIX = 'RAVEN_';

/** Variables of RavenDB's container images; they steer the image's start script, not the server. */
const OF_CONTAINER_IMAGES: ReadonlySet<string> = new Set([
  'RAVEN_ARGS',
  'RAVEN_SETTINGS',
  'RAVEN_IN_DOCKER',
  'RAVEN_AUTO_INSTALL_CA',
  'RAVEN_SERVER_SCHEME',
]);

/** `RAVEN_ServerUrl_Tcp` or `RAVEN_ServerUrl__Tcp` gives `ServerUrl.Tcp`: variables can't have dots in their names. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): GivenValue[] {
  return Object.entries(environment).flatMap(([name, text]) => {
    if (!name.toUpperCase().startsWith(PREFIX) || OF_CONTAINER_IMAGES.has(name) || text === undefined)
      return [];
    const key = name.slice(PREFIX.length).replace(/__?/g, '.');
    return key === '' ? [] : [{ key, text, source: `the environment variable ${name}`, isShared: true }];
  });
}
