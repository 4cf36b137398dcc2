import { IndexDefinitionError } from '../indexing-error.ts';
import { formatDateText } from './date-format.ts';

type Part = { readonly text: string } | { readonly field: string; readonly format: string | null };

/** The ids of documents that name the results of groups: `sales/{Year}/{At:yyyy-MM}`. */
export interface ReferencePattern {
  /** The id for a result; null: it lacks one of the fields. */
  idOf(result: Readonly<Record<string, unknown>>): string | null;
}

/** @throws IndexDefinitionError when it names no field, or has a brace that nothing closes */
export function referencePattern(text: string): ReferencePattern {
  const parts = partsOf(text);
  if (!parts.some((part) => 'field' in part)) {
    throw new IndexDefinitionError(
      `Provided pattern is not supported: ${text}. Name a field of the results in braces, as in 'sales/{Year}' or 'sales/{At:yyyy-MM}'.`,
    );
  }
  return {
    idOf: (result) => {
      const texts = parts.map((part) =>
        'text' in part ? part.text : shown(result[part.field], part.format),
      );
      return texts.includes(null) ? null : texts.join('');
    },
  };
}

function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [whole, field, format] of text.matchAll(/\{([^{}:]+)(?::([^{}]+))?\}|[^{}]+|[{}]/g)) {
    if (field !== undefined) parts.push({ field: field.trim(), format: format ?? null });
    else if (whole === '{' || whole === '}') {
      throw new IndexDefinitionError(
        `Provided pattern is not supported: ${text}. A brace in it has no other.`,
      );
    } else parts.push({ text: whole });
  }
  return parts;
}

function shown(value: unknown, format: string | null): string | null {
  if (value === null || value === undefined || typeof value === 'object') return null;
  const text = String(value);
  return format === null ? text : formatDateText(text, format);
}
