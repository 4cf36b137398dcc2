import { nodesOf, parseScript, type ScriptNode } from '../../scripting/script-tree.ts';
import type { StaticIndexDefinition } from '../definitions/index-definition.ts';
import { IndexDefinitionError } from '../indexing-error.ts';
import type { TranslatedTexts } from '../linq/translate-definition.ts';
import { hasReduce } from './static-index-type.ts';

/** Functions that maps of RavenDB may call and this server does not have. */
const UNSERVED = new Set([
  'loadVector',
  'attachmentsFor',
  'loadAttachment',
  'loadAttachments',
  'counterNamesFor',
  'timeSeriesNamesFor',
]);

/**
 * The collections that maps load from, as far as the texts tell: what names one by a variable is met when it runs.
 *
 * @throws ScriptError when a text can't be read
 * @throws IndexDefinitionError when load() is called without a collection, or a function that there is not
 */
export function loadedCollections(
  definition: StaticIndexDefinition,
  translated: TranslatedTexts,
): readonly string[] {
  const nodes = scriptNodes(definition, translated);
  refuseUnserved(nodes, definition.Name);
  const byScript = nodes.flatMap((node) => loadedBy(node, definition.Name));
  const byLinq = [...translated.values()].flatMap(({ loads }) => loads);
  const byKey = new Map([...byScript, ...byLinq].map((name) => [name.toLowerCase(), name]));
  return [...byKey.values()].sort();
}

/**
 * Whether maps may look up compare-exchange values: they name the function that does.
 *
 * @throws ScriptError when a text can't be read
 */
export function looksUpValues(definition: StaticIndexDefinition, translated: TranslatedTexts): boolean {
  const nodes = scriptNodes(definition, translated);
  return (
    nodes.some(({ type, name }) => type === 'Identifier' && name === 'cmpxchg') ||
    [...translated.values()].some((one) => one.looksUpValues)
  );
}

/** All parts of all texts in JavaScript. */
function scriptNodes(definition: StaticIndexDefinition, translated: TranslatedTexts): readonly ScriptNode[] {
  const reduce = hasReduce(definition) ? [definition.Reduce] : [];
  return [...definition.Maps, ...reduce, ...Object.values(definition.AdditionalSources)]
    .filter((text) => !translated.has(text))
    .flatMap((text) => [...nodesOf(parseScript(text))]);
}

function calledName(node: ScriptNode): string | undefined {
  const callee = node.type === 'CallExpression' ? (node.callee as ScriptNode) : undefined;
  return callee?.type === 'Identifier' ? (callee.name as string) : undefined;
}

function loadedBy(node: ScriptNode, index: string): readonly string[] {
  if (calledName(node) !== 'load') return [];
  const [, collection] = node.arguments as readonly ScriptNode[];
  if (collection === undefined) {
    throw new IndexDefinitionError(
      `Failed to compile index '${index}': load takes two values, the id of a document and the name of its collection, as in load(order.company, 'Companies').`,
    );
  }
  return typeof collection.value === 'string' && collection.value !== '' ? [collection.value] : [];
}

/** What the texts declare themselves is theirs. */
function refuseUnserved(nodes: readonly ScriptNode[], index: string): void {
  const called = nodes.map(calledName).find((name) => name !== undefined && UNSERVED.has(name));
  if (called === undefined) return;
  const isDeclared = nodes.some(
    ({ type, id }) =>
      /^(FunctionDeclaration|VariableDeclarator)$/.test(type) && (id as ScriptNode | null)?.name === called,
  );
  if (isDeclared) return;
  throw new IndexDefinitionError(`Failed to compile index '${index}': ${called}() in maps is not built yet.`);
}
