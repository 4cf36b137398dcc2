import { ScriptError } from '../../scripting/script-error.ts';
import { parseScript } from '../../scripting/script-tree.ts';
import { InvalidQueryError } from '../query-error.ts';
import type { RqlQuery } from '../rql/syntax-tree.ts';
import { functionText } from './declared-function.ts';

/**
 * All JavaScript of the query, whether this request comes to run it or not.
 *
 * @throws InvalidQueryError when some of it can't be read
 */
export function requireReadableScripts({ functions, select, update }: RqlQuery, query: string): void {
  for (const declared of functions) {
    if (declared.kind === 'function')
      requireReadable(functionText(declared), `Invalid script inside function ${declared.name}`, query);
  }
  if (select?.kind === 'javascript')
    requireReadable(`(${select.object.text})`, 'Select clause contains invalid script', query);
  if (update !== undefined) requireReadable(update.text, 'Update clause contains invalid script', query);
}

function requireReadable(script: string, complaint: string, query: string): void {
  try {
    parseScript(script);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new InvalidQueryError(`${complaint}. ${error.message}`, query);
  }
}
