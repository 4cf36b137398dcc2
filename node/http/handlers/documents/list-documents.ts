import type { LoadedDatabase } from '../../node-services.ts';
import { unquote } from '../../parameters/entity-tag.ts';
import { INT_MAX, intParameter, optionalText, strictBoolParameter } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { type HttpResponse, jsonBytes, NOT_MODIFIED } from '../../response.ts';
import type { DatabaseContext } from '../../routing/route.ts';
import { listingBody } from './results-body.ts';
import { type Slice, sliced, takeSlice } from './slice.ts';

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
  const paging = pagingOf(request);
  const tag = loaded.database.changeVector;
  const known = request.header('if-none-match');
  if (known !== undefined && unquote(known) === tag) return NOT_MODIFIED;
  const slice = firstSlice(request, loaded, paging);
  return jsonBytes(200, listingBody(slice, { metadataOnly }), ['ETag', `"${tag}"`]);
}

/** Negative numbers count as 0, so a negative page size gives nothing. */
export function pagingOf(request: HttpRequest): Paging {
  return {
    start: Math.max(0, intParameter(request, 'start', 0)),
    pageSize: Math.max(0, intParameter(request, 'pageSize', INT_MAX)),
  };
}

/** Where a listing begins, by what its parameters ask for; a negative etag counts as 0, as in pagingOf. */
export function firstSlice(request: HttpRequest, loaded: LoadedDatabase, paging: Paging): Slice {
  const prefix = request.query.get('startswith');
  if (prefix !== undefined) return byPrefix(request, loaded, prefix, paging);
  if (optionalText(request, 'etag') === undefined) return newestFirst(loaded, paging);
  return fromEtag(loaded, Math.max(0, intParameter(request, 'etag', 0)), paging);
}

function byPrefix(request: HttpRequest, loaded: LoadedDatabase, prefix: string, paging: Paging): Slice {
  const matches = optionalText(request, 'matches');
  const exclude = optionalText(request, 'exclude');
  const patterns = {
    prefix,
    ...(matches === undefined ? {} : { matches }),
    ...(exclude === undefined ? {} : { exclude }),
  };
  const startAfter = optionalText(request, 'startAfter');
  return sliced(paging.pageSize, (last, wanted) => {
    const after = last?.id ?? startAfter;
    return loaded.database.read((reader) =>
      takeSlice(
        reader.startsWith({
          ...patterns,
          ...(after === undefined ? {} : { startAfter: after }),
          start: last === undefined ? paging.start : 0,
        }),
        wanted,
      ),
    );
  });
}

function newestFirst(loaded: LoadedDatabase, paging: Paging): Slice {
  return sliced(paging.pageSize, (last, wanted) =>
    loaded.database.read((reader) =>
      takeSlice(
        reader.documentsByEtagDescending(
          last === undefined ? { start: paging.start } : { beforeEtag: last.etag },
        ),
        wanted,
      ),
    ),
  );
}

function fromEtag(loaded: LoadedDatabase, etag: number, paging: Paging): Slice {
  return sliced(paging.pageSize, (last, wanted) =>
    loaded.database.read((reader) =>
      takeSlice(
        reader.documentsByEtag(
          last === undefined ? { fromEtag: etag, start: paging.start } : { fromEtag: last.etag + 1 },
        ),
        wanted,
      ),
    ),
  );
}
