import { indexKeyForm, nearestIndexKey } from '../../../configuration/settings/index-keys.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { formatError, invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';
import { isJsonObject, type JsonObject, member } from '../../parameters/json-body.ts';

type IndexConfiguration = StaticIndexDefinition['Configuration'];

/** The configuration of an index as clients send it: numbers and truth values are taken as their text. */
export function configurationOf(raw: JsonObject): IndexConfiguration {
  const given = member(raw, 'Configuration') ?? {};
  if (!isJsonObject(given)) throw formatError("'Configuration' must be an object of texts.");
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (typeof value === 'string') return [key, value];
      if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
      throw formatError(
        `'${key}' in 'Configuration' must be a text, but it is ${value === null ? 'null' : JSON.stringify(value)}.`,
      );
    }),
  );
}

/** Throws the protocol's error for a key that an index can't have, and for a value that can't be read. */
export function requireConfiguration({
  Name,
  Configuration,
}: Pick<StaticIndexDefinition, 'Name' | 'Configuration'>): void {
  for (const [key, value] of Object.entries(Configuration)) {
    const form = indexKeyForm(key);
    if (form === undefined) {
      throw new ProtocolError(
        500,
        'Raven.Client.Exceptions.Documents.Indexes.IndexCreationException',
        `Could not create index '${Name}': nobody knows the key '${key}' of its configuration. Did you mean ${nearestIndexKey(key)}?`,
      );
    }
    if (form === 'of the node') {
      throw invalidOperation(
        `The configuration of index '${Name}' has '${key}', which can only be set for the whole server.`,
      );
    }
    if (form.parse(value.trim()) === undefined) {
      throw invalidOperation(
        `Could not set '${key}' of index '${Name}': it is '${value}', but must be ${form.expected}.`,
      );
    }
  }
}
