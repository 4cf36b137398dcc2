import type { HealthCheck } from '../../node-services.ts';
import { type HttpResponse, json, NO_CONTENT } from '../../response.ts';
import { databaseRoute, type ServerHandler, serverRoute } from '../../routing/route.ts';

/** 200 when all checks pass, 503 otherwise; the body says which. */
function report(checks: readonly HealthCheck[]): HttpResponse {
  const isOk = checks.every((check) => check.isOk);
  const shown = checks.map(({ name, isOk: passed, detail }) => ({
    Name: name,
    Ok: passed,
    Detail: detail ?? null,
  }));
  return json(isOk ? 200 : 503, { Status: isOk ? 'ok' : 'failing', Checks: shown });
}

const healthz: ServerHandler = (_request, { node }) => report(node.liveness());
const readyz: ServerHandler = (_request, { node }) => report(node.readiness());

const metrics: ServerHandler = async (_request, { node }) => {
  const { contentType, text } = await node.metrics();
  return { status: 200, headers: ['Content-Type', contentType], body: Buffer.from(text) };
};

export const healthRoutes = [
  serverRoute('GET /healthz', 'UnauthenticatedClients', healthz),
  serverRoute('GET /readyz', 'UnauthenticatedClients', readyz),
  serverRoute('GET /metrics', 'ValidUser', metrics),
  // Reached only when the database is open: any status below 400 means healthy to clients.
  databaseRoute('GET /healthcheck', 'Read', () => NO_CONTENT),
  databaseRoute('HEAD /healthcheck', 'Read', () => NO_CONTENT),
];
