import { argumentError } from '../../errors/protocol-error.ts';
import { boolParameter, optionalText, requiredInt, requiredText } from '../../parameters/parameters.ts';
import { submitFor } from '../../raft-command.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';

/** With or without the final `|`: the same identity. */
const next: DatabaseHandler = async (request, { node, loaded }) => {
  const name = requiredText(request, 'name');
  const { result } = await submitFor(request, node, {
    type: 'NextIdentities',
    database: loaded.name,
    names: [name],
  });
  const [value] = result as readonly number[];
  return json(200, { NewIdentityValue: value });
};

/** A lower value is ignored, and the present one told, unless forced. */
const seed: DatabaseHandler = async (request, { node, loaded }) => {
  const name = requiredText(request, 'name');
  if (optionalText(request, 'value') === undefined) {
    throw argumentError("Query string value 'value' must have a non empty value");
  }
  const { result } = await submitFor(request, node, {
    type: 'SeedIdentity',
    database: loaded.name,
    name,
    value: requiredInt(request, 'value'),
    force: boolParameter(request, 'force', false),
  });
  return json(200, { NewSeedValue: result });
};

const list: DatabaseHandler = (_request, { node, loaded }) => json(200, node.cluster.identities(loaded.name));

export const identityRoutes = [
  databaseRoute('POST /identity/next', 'ReadWrite', next),
  databaseRoute('POST /identity/seed', 'ReadWrite', seed),
  databaseRoute('GET /debug/identities', 'Read', list),
];
