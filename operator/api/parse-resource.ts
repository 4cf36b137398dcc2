import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
} from 'yaml';
import type { RavenCluster } from './raven-cluster.ts';
import { InvalidResourceError, type ResourceProblem } from './resource-error.ts';
import { RAVEN_CLUSTER, type ResourceKind } from './resource-kind.ts';
import {
  type Fault,
  type FurtherCheck,
  type ValidationContext,
  validateResource,
} from './validate-resource.ts';

/** Text of a resource that is read, in characters; far above any sensible one. */
const RESOURCE_TEXT_LENGTH_MAX = 1_048_576;

/**
 * Reads a RavenCluster from YAML (or JSON), checks it and fills in the defaults.
 *
 * @param source name of the file, for messages
 * @param context the cluster as it is now, which rules about changes are checked against, and rules of the platform
 * @throws InvalidResourceError with line, column and field of everything that is wrong
 */
export function parseRavenCluster(
  text: string,
  source: string,
  context: ValidationContext & { readonly furtherCheck?: FurtherCheck<RavenCluster> } = {},
): RavenCluster {
  const { document, lines } = parseOneDocument(text, source, RAVEN_CLUSTER);
  const { value, faults: found } = validateResource(RAVEN_CLUSTER, document.toJS(), context);
  const further = found.length > 0 ? [] : (context.furtherCheck?.(value as RavenCluster) ?? []);
  const faults = [...found, ...further];
  if (faults.length > 0) {
    throw new InvalidResourceError(
      source,
      faults.map((fault) => locate(fault, document, lines)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    );
  }
  return value as RavenCluster;
}

function parseOneDocument(text: string, source: string, kind: ResourceKind) {
  const fail = (message: string, offset?: number): never => {
    const place = offset === undefined ? {} : position(offset, lines);
    throw new InvalidResourceError(source, [{ ...place, message }]);
  };
  const lines = new LineCounter();
  if (text.length > RESOURCE_TEXT_LENGTH_MAX) fail(`is longer than ${RESOURCE_TEXT_LENGTH_MAX} characters`);
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const documents = (Array.isArray(parsed) ? parsed : []).filter(
    (document) => document.contents !== null || document.errors.length > 0,
  );
  const problems = documents
    .flatMap((document) => document.errors)
    .map((error) => ({ ...position(error.pos[0], lines), message: error.message }));
  if (problems.length > 0) throw new InvalidResourceError(source, problems);
  const [document, second] = documents;
  if (document === undefined) return fail(`is empty; a ${kind.kind} is expected`);
  if (second !== undefined) {
    return fail(`holds more than one resource; one ${kind.kind} is expected`, second.contents?.range[0]);
  }
  if (!isMap(document.contents)) return fail(`a ${kind.kind} is expected`, document.contents?.range[0]);
  return { document, lines };
}

function locate(fault: Fault, document: Document.Parsed, lines: LineCounter): ResourceProblem {
  const path = fault.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
  const offset = offsetOf(fault, document);
  return { ...(offset === undefined ? {} : position(offset, lines)), path, message: fault.message };
}

/** Where the value stands, or its key; the nearest thing around it when the text does not have it. */
function offsetOf(fault: Fault, document: Document.Parsed): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, part] of fault.path.entries()) {
    const pair = isMap<ParsedNode, ParsedNode | null>(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === part)
      : undefined;
    const isLast = depth === fault.path.length - 1;
    if (pair !== undefined) {
      if (isLast && fault.atKey) return startOf(pair.key) ?? offset;
      node = pair.value;
      offset = startOf(node) ?? startOf(pair.key) ?? offset;
    } else {
      node =
        isNode(node) && 'get' in node
          ? (node.get as (key: unknown, keep: boolean) => unknown)(part, true)
          : null;
      if (node === undefined || node === null) return offset;
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function position(offset: number, lines: LineCounter): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
