import { LISTED_DATABASES_MAX } from './limits.ts';

/** Names for a message: the first few, and how many more. */
export function namesOf(databases: readonly { readonly name: string }[]): string {
  const names = databases.map((database) => database.name).sort();
  const rest = names.length - LISTED_DATABASES_MAX;
  const listed = names.slice(0, LISTED_DATABASES_MAX).join(', ');
  return `${names.length === 1 ? 'database' : 'databases'} ${listed}${rest > 0 ? ` and ${rest} more` : ''}`;
}
