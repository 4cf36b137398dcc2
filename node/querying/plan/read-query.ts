import { RecentValues } from '../../indexing/store/recent-values.ts';
import { READ_QUERIES_MAX, READ_QUERY_CHARACTERS_MAX } from '../rql/limits.ts';
import { parseQuery } from '../rql/parse-query.ts';
import type { RqlQuery } from '../rql/syntax-tree.ts';
import { requireKnownAliases } from './known-aliases.ts';
import { requireReadableScripts } from './require-readable-scripts.ts';

/** Texts of queries that were read lately; clients send the same ones over and over, with other parameters. */
const READ = new RecentValues<string, RqlQuery>(READ_QUERIES_MAX);

/** @throws RqlSyntaxError, InvalidQueryError when a path begins with no alias of the query, or a script can't be read */
export function readQuery(text: string): RqlQuery {
  let rql = READ.get(text);
  if (rql === undefined) {
    rql = parseQuery(text);
    requireKnownAliases(rql, text);
    requireReadableScripts(rql, text);
    if (text.length <= READ_QUERY_CHARACTERS_MAX) READ.set(text, rql);
  }
  return rql;
}
