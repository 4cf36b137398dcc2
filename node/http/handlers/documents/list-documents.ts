import { unquote } from '../../parameters/entity-tag.ts';
import { INT_MAX, intParameter, optionalText, strictBoolParameter } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, jsonBytes, NOT_MODIFIED } from '../../response.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { listingBody } from './results-body.ts';
import { type Listing, listed } from './slice.ts';

interface Paging {
  readonly start: number;
  readonly pageSize: number;
}

/**
 * Documents by id prefix (in the order of ids), from an etag on, or newest first. Its tag is the change vector of the
 * database, so that any write makes it old.
 */
export function listDocuments(request: HttpRequest, { loaded }: DatabaseContext): HttpResponse {
  const metadataOnly = strictBoolParameter(request, 'metadataOnly', false);
  const listing = listingOf(request);
  const tag = loaded.database.changeVector;
  const known = request.header('if-none-match');
  if (known !== undefined && unquote(known) === tag) return NOT_MODIFIED;
  return jsonBytes(200, listingBody(listed(loaded.database, listing), { metadataOnly }), [
    'ETag',
    `"${tag}"`,
  ]);
}

/** Negative numbers count as 0, so a negative page size gives nothing. */
export function pagingOf(request: HttpRequest): Paging {
  return {
    start: Math.max(0, intParameter(request, 'start', 0)),
    pageSize: Math.max(0, intParameter(request, 'pageSize', INT_MAX)),
  };
}

/** What is listed, by what the parameters ask for; a negative etag counts as 0, as in pagingOf. */
export function listingOf(request: HttpRequest): Listing {
  const paging = pagingOf(request);
  const prefix = request.query.get('startswith');
  if (prefix !== undefined) return byPrefix(request, prefix, paging);
  if (optionalText(request, 'etag') === undefined) {
    return (reader) => reader.documentsByEtagDescending(paging);
  }
  const fromEtag = Math.max(0, intParameter(request, 'etag', 0));
  return (reader) => reader.documentsByEtag({ fromEtag, ...paging });
}

function byPrefix(request: HttpRequest, prefix: string, paging: Paging): Listing {
  const matches = optionalText(request, 'matches');
  const exclude = optionalText(request, 'exclude');
  const startAfter = optionalText(request, 'startAfter');
  const query = {
    prefix,
    ...(matches === undefined ? {} : { matches }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...paging,
  };
  return (reader) => reader.startsWith(query);
}
