import { argumentError, formatError, ProtocolError } from '../../errors/protocol-error.ts';
import { isJsonObject, jsonObjectBody, member, textMember } from '../../parameters/json-body.ts';
import { requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { CREATED_EMPTY, type HttpResponse, json, NO_CONTENT } from '../../response.ts';
import { databaseRoute, serverRoute } from '../../routing/route.ts';

/** What people may write for RavenDB in C#. It runs in no isolate, so nobody has any here. */
interface CustomCode {
  /** `sorter`, as messages and exceptions have it. */
  readonly name: string;
  /** The member of bodies. */
  readonly member: string;
  readonly exception: string;
  /** What to do without. */
  readonly advice: string;
}

const KINDS: readonly CustomCode[] = [
  {
    name: 'sorter',
    member: 'Sorters',
    exception: 'SorterCompilationException',
    advice: 'have a map compute what is to be ordered by, and order by that field',
  },
  {
    name: 'analyzer',
    member: 'Analyzers',
    exception: 'AnalyzerCompilationException',
    advice: 'use one of those that are built in, or have a map compute the words',
  },
];

const list = (kind: CustomCode): HttpResponse => json(200, { [kind.member]: [] });

/** @throws ProtocolError for the first definition: what is not run must not look as if it were stored to be run */
async function put(request: HttpRequest, kind: CustomCode): Promise<HttpResponse> {
  const definitions = member(await jsonObjectBody(request), kind.member);
  if (definitions === undefined) {
    throw argumentError(`Request should have a property name '${kind.member}' which is mandatory.`);
  }
  if (!Array.isArray(definitions)) throw formatError(`'${kind.member}' must be an array.`);
  for (const definition of definitions as readonly unknown[]) {
    if (!isJsonObject(definition)) throw formatError(`An element of '${kind.member}' must be an object.`);
    const [name] = ['Name', 'Code'].map((field) => textMember(definition, field) ?? missing(kind, field));
    throw new ProtocolError(
      500,
      `Raven.Client.Exceptions.Documents.Compilation.${kind.exception}`,
      `Failed to compile ${kind.name} '${name}': its code is C#, which this server does not run. Instead, ${kind.advice}.`,
    );
  }
  return CREATED_EMPTY;
}

function missing({ name }: CustomCode, field: string): never {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  throw argumentError(`${title} must have a '${field}' field.`);
}

/** Deleting what is not there is done, as in RavenDB. */
function remove(request: HttpRequest): HttpResponse {
  requiredText(request, 'name');
  return NO_CONTENT;
}

export const customCodeRoutes = KINDS.flatMap((kind) => {
  const path = kind.member.toLowerCase();
  return [
    databaseRoute(`GET /${path}`, 'Read', () => list(kind)),
    databaseRoute(`PUT /admin/${path}`, 'Admin', (request) => put(request, kind)),
    databaseRoute(`DELETE /admin/${path}`, 'Admin', remove),
    serverRoute(`GET /${path}`, 'ValidUser', () => list(kind)),
    serverRoute(`PUT /admin/${path}`, 'Operator', (request) => put(request, kind)),
    serverRoute(`DELETE /admin/${path}`, 'Operator', remove),
  ];
});
