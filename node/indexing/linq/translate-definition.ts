import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { isLinq } from './is-linq.ts';
import { LinqError } from './linq-error.ts';
import { isSame } from './translate/output-shape.ts';
import { type TranslatedMap, translateMap } from './translate/translate-map.ts';
import { translateReduce } from './translate/translate-reduce.ts';

/** A text of a definition that can't be used. */
export class LinqDefinitionError extends Error {
  override readonly name: string = 'LinqDefinitionError';
  readonly property: 'Maps' | 'Reduce';
  readonly text: string;

  constructor(property: 'Maps' | 'Reduce', text: string, why: string) {
    super(why);
    this.property = property;
    this.text = text;
  }
}

/** The C# maps and the C# reduce of a definition as JavaScript, by their texts. */
export type TranslatedTexts = ReadonlyMap<string, TranslatedMap>;

/** @throws LinqDefinitionError */
export function translateDefinition({ Maps, Reduce }: StaticIndexDefinition): TranslatedTexts {
  const translated = new Map<string, TranslatedMap>();
  for (const text of Maps.filter(isLinq)) translated.set(text, named('Maps', text, translateMap));
  if (typeof Reduce === 'string' && isLinq(Reduce)) {
    translated.set(Reduce, named('Reduce', Reduce, translateReduce));
  }
  requireSameFields(translated, Reduce ?? null);
  return translated;
}

function named(
  property: 'Maps' | 'Reduce',
  text: string,
  translate: (source: string) => TranslatedMap,
): TranslatedMap {
  try {
    return translate(text);
  } catch (error) {
    if (!(error instanceof LinqError)) throw error;
    throw new LinqDefinitionError(property, text, error.message);
  }
}

/** Entries are found by the fields of any of the maps, and results of a reduce are reduced again. */
function requireSameFields(translated: TranslatedTexts, reduce: string | null): void {
  const [baseline, ...others] = [...translated].filter(([, { fields }]) => fields !== null);
  if (baseline === undefined) return;
  const [, { fields }] = baseline;
  const different = others.find(([, other]) => !isSame(fields, other.fields));
  if (different === undefined) return;
  const [text, other] = different;
  throw new LinqDefinitionError(
    text === reduce ? 'Reduce' : 'Maps',
    text,
    `Map and Reduce functions of a index must return identical types: one gives ${fields?.join(', ')}, another ${other.fields?.join(', ')}.`,
  );
}
