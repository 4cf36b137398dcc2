import { notImplemented } from '../../errors/protocol-error.ts';
import { SLICE_DOCUMENTS } from '../../limits.ts';
import type { LoadedDatabase } from '../../node-services.ts';
import { unquote } from '../../parameters/entity-tag.ts';
import { INT_MAX, intParameter, optionalText, strictBoolParameter } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, jsonBytes, NOT_MODIFIED } from '../../response.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { listingBody, type Slice } from './results-body.ts';

/**
 * Documents by id prefix (in the order of ids), from an etag on, or newest first. Its tag is the change vector of the
 * database, so that any write makes it old.
 */
export function listDocuments(request: HttpRequest, { loaded }: DatabaseContext): HttpResponse {
  const metadataOnly = strictBoolParameter(request, 'metadataOnly', false);
  const start = Math.max(0, intParameter(request, 'start', 0));
  const pageSize = Math.max(0, intParameter(request, 'pageSize', INT_MAX));
  const tag = loaded.database.changeVector;
  const known = request.header('if-none-match');
  if (known !== undefined && unquote(known) === tag) return NOT_MODIFIED;
  const slice = firstSlice(request, loaded, start, pageSize);
  return jsonBytes(200, listingBody(slice, { metadataOnly }), ['ETag', `"${tag}"`]);
}

function firstSlice(request: HttpRequest, loaded: LoadedDatabase, start: number, pageSize: number): Slice {
  const prefix = request.query.get('startswith');
  if (prefix !== undefined) {
    return byPrefix(loaded, {
      prefix,
      matches: optionalText(request, 'matches'),
      exclude: optionalText(request, 'exclude'),
      startAfter: optionalText(request, 'startAfter'),
      start,
      left: pageSize,
    });
  }
  return optionalText(request, 'etag') === undefined
    ? newestFirst(loaded, start, pageSize)
    : fromEtag(loaded, intParameter(request, 'etag', 0), pageSize);
}

interface PrefixListing {
  readonly prefix: string;
  readonly matches: string | undefined;
  readonly exclude: string | undefined;
  readonly startAfter: string | undefined;
  readonly start: number;
  readonly left: number;
}

function byPrefix(loaded: LoadedDatabase, listing: PrefixListing): Slice {
  const pageSize = Math.min(listing.left, SLICE_DOCUMENTS);
  const documents = loaded.database.read((reader) => reader.startsWith({ ...listing, pageSize }));
  const last = documents.at(-1);
  const left = listing.left - documents.length;
  if (last === undefined || left === 0 || documents.length < pageSize) return { documents, next: null };
  return { documents, next: () => byPrefix(loaded, { ...listing, startAfter: last.id, start: 0, left }) };
}
