import { hash } from 'node:crypto';

/** Characters of a name; what is longer is cut, and a hash of the whole tells it from others. */
const NAME_CHARACTERS_MAX = 256;

/** A field of an auto index and what it can do. */
export interface AutoField {
  /** With its quotes, if it was quoted. */
  readonly name: string;
  readonly search: boolean;
  readonly exact: boolean;
  readonly highlight: boolean;
  readonly suggest: boolean;
}

/** `Auto/Users/ByAgeAndExact(Name)`, as RavenDB names it. */
export function autoIndexName(collection: string, fields: readonly AutoField[]): string {
  const shown = collection === '@all_docs' ? 'AllDocs' : collection;
  const parts = [...fields].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).map(display);
  const name = `Auto/${shown}/By${parts.length === 0 ? 'Id()' : parts.join('And')}`;
  return cutName(name);
}

/** A name of bearable length. */
export function cutName(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX) return name;
  const digest = BigInt(`0x${hash('sha256', name).slice(0, 16)}`);
  return `${name.slice(0, NAME_CHARACTERS_MAX)}...${digest}`;
}

function display({ name, search, exact, highlight, suggest }: AutoField): string {
  const abilities = [
    ...(search ? [`Search(${name})`] : []),
    ...(highlight ? [`Highlight(${name})`] : []),
    ...(exact ? [`Exact(${name})`] : []),
    ...(suggest ? [`Suggest(${name})`] : []),
  ];
  return abilities.length === 0 ? name : abilities.join('And');
}
