import { describe, expect, it } from 'vitest';
import { routes } from '../../../node/http/routes.ts';
import type { Route } from '../../../node/http/routing/route.ts';
import type { Requirement } from '../../../node/security/clearance.ts';

const OPEN = ['GET /', 'GET /build/version', 'GET /healthz', 'GET /readyz', 'GET /setup/alive'];

/** Routes of a database that read, though their method says otherwise: their question is too long for a URL. */
const READING_BY_BODY = [
  'PATCH /queries/test',
  'POST /docs',
  'POST /indexes/has-changed',
  'POST /multi_get',
  'POST /queries',
  'POST /streams/queries',
];

function names(wanted: (route: Route) => boolean): string[] {
  return routes
    .filter(wanted)
    .map((route) => route.name)
    .sort();
}

const isServers = ({ scope }: Route) => scope === 'server';
const isDatabases = ({ scope }: Route) => scope === 'database';
const isAdministration = ({ path }: Route) => path.startsWith('/admin/');
const isReading = ({ method }: Route) => method === 'GET' || method === 'HEAD';

function asking(...requirements: readonly Requirement[]) {
  return ({ requires }: Route) => requirements.includes(requires);
}

describe('what the routes ask of a certificate', () => {
  it('is nothing for those that say no more than that the node is there', () => {
    expect(names(asking('UnauthenticatedClients'))).toEqual(OPEN);
  });

  it('is an operator at least, for all administration of the server', () => {
    const lenient = (route: Route) =>
      isServers(route) && isAdministration(route) && !asking('Operator', 'ClusterAdmin')(route);
    expect(names(lenient)).toEqual([]);
  });

  it('is a cluster administrator for whatever changes the cluster', () => {
    const lenient = (route: Route) =>
      route.path.startsWith('/admin/cluster/') && !isReading(route) && !asking('ClusterAdmin')(route);
    expect(names(lenient)).toEqual([]);
  });

  it('is the administration of that database, for all administration of a database', () => {
    expect(
      names((route) => isDatabases(route) && isAdministration(route) && !asking('Admin')(route)),
    ).toEqual([]);
  });

  it('is more than reading for every method that writes, but for questions that need a body', () => {
    const lenient = (route: Route) => isDatabases(route) && !isReading(route) && asking('Read')(route);
    expect(names(lenient)).toEqual(READING_BY_BODY);
  });
});
