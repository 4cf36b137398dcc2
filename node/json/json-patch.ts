import { isDeepStrictEqual } from 'node:util';
import { parseExact, stringifyExact } from './exact-json.ts';
import { JSON_PATCH_COPIED_CHARACTERS_MAX, JSON_PATCH_OPERATIONS_MAX } from './limits.ts';

/** One operation of RFC 6902. Paths are the tokens of its pointers. */
type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Pointer; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Pointer }
  | { readonly op: 'move' | 'copy'; readonly path: Pointer; readonly from: Pointer };

type Pointer = readonly [string, ...string[]];

/**
 * Operations of RFC 6902 on one document, read. They reach what the JSON text has, and nothing of JavaScript's own
 * (`__proto__`, `constructor`), which the libraries for this do.
 */
export type JsonPatch = readonly Operation[];

/** Why a patch can't be read, or can't be applied to a document. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
}

/** @throws JsonPatchError */
export function readJsonPatch(raw: unknown): JsonPatch {
  if (!Array.isArray(raw)) throw new JsonPatchError("A JSON patch must have 'Operations', an array.");
  if (raw.length > JSON_PATCH_OPERATIONS_MAX) {
    throw new JsonPatchError(`A JSON patch may have ${JSON_PATCH_OPERATIONS_MAX} operations.`);
  }
  return raw.map(readOperation);
}

function readOperation(raw: unknown, at: number): Operation {
  const given = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const op = typeof given.op === 'string' ? given.op.toLowerCase() : given.op;
  const pointer = (member: 'path' | 'from'): Pointer => readPointer(given[member], member, at);
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return { op, path: pointer('path'), value: given.value ?? null };
    case 'remove':
      return { op, path: pointer('path') };
    case 'move':
    case 'copy':
      return { op, path: pointer('path'), from: pointer('from') };
    default:
      throw new JsonPatchError(
        `Unable to understand 'op' ${JSON.stringify(given.op)} of operation ${at}: there are add, remove, replace, move, copy and test.`,
      );
  }
}

function readPointer(text: unknown, member: string, at: number): Pointer {
  if (typeof text !== 'string' || !text.startsWith('/')) {
    throw new JsonPatchError(`'${member}' of operation ${at} must be a JSON pointer, such as '/Name'.`);
  }
  const tokens = text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return tokens as unknown as Pointer;
}

/**
 * Changes a value, read by `parseExact`, in place: all operations, in order. When one fails, the value is not to be used.
 *
 * @throws JsonPatchError
 */
export function applyJsonPatch(document: unknown, patch: JsonPatch): void {
  const budget: CopyBudget = { characters: JSON_PATCH_COPIED_CHARACTERS_MAX };
  for (const [at, operation] of patch.entries()) {
    apply(document, operation, budget, (why) => {
      const path = operation.path.map((token) => `/${token}`).join('');
      throw new JsonPatchError(`Operation ${at}, '${operation.op}' of '${path}': ${why}.`);
    });
  }
}

type Fail = (why: string) => never;

/** How much more may be copied: copies of copies double each time. */
interface CopyBudget {
  characters: number;
}

function apply(document: unknown, operation: Operation, budget: CopyBudget, fail: Fail): void {
  const { path } = operation;
  switch (operation.op) {
    case 'add':
      add(document, path, operation.value, fail);
      break;
    case 'replace':
      valueAt(document, path, fail);
      set(parentOf(document, path, fail), lastOf(path), operation.value);
      break;
    case 'remove':
      remove(document, path, fail);
      break;
    case 'test':
      if (!isDeepStrictEqual(valueAt(document, path, fail), operation.value)) {
        fail(`the value there is not ${stringifyExact(operation.value)}`);
      }
      break;
    case 'copy':
      add(document, path, copyOf(valueAt(document, operation.from, fail), budget, fail), fail);
      break;
    case 'move': {
      const { from } = operation;
      if (from.length < path.length && from.every((token, at) => token === path[at])) {
        fail('a value can not be moved into itself');
      }
      const value = valueAt(document, from, fail);
      remove(document, from, fail);
      add(document, path, value, fail);
    }
  }
}

function copyOf(value: unknown, budget: CopyBudget, fail: Fail): unknown {
  const text = stringifyExact(value);
  budget.characters -= text.length;
  if (budget.characters < 0) {
    fail(`with it, copies make more than ${JSON_PATCH_COPIED_CHARACTERS_MAX} characters`);
  }
  return parseExact(text);
}

type Container = unknown[] | Record<string, unknown>;

function lastOf(path: Pointer): string {
  return path[path.length - 1] as string;
}

function add(document: unknown, path: Pointer, value: unknown, fail: Fail): void {
  const parent = parentOf(document, path, fail);
  const token = lastOf(path);
  if (!Array.isArray(parent)) {
    set(parent, token, value);
    return;
  }
  const at = token === '-' ? parent.length : indexOf(token);
  if (at === undefined || at > parent.length) fail('there is no such place in the array');
  else parent.splice(at, 0, value);
}

function remove(document: unknown, path: Pointer, fail: Fail): void {
  valueAt(document, path, fail);
  const parent = parentOf(document, path, fail);
  if (Array.isArray(parent)) parent.splice(Number(lastOf(path)), 1);
  else delete parent[lastOf(path)];
}

/** As a member of its own, whatever its name. */
function set(parent: Container, token: string, value: unknown): void {
  Object.defineProperty(parent, token, { value, writable: true, enumerable: true, configurable: true });
}

function parentOf(document: unknown, path: Pointer, fail: Fail): Container {
  const parent = path.slice(0, -1).reduce((value, token) => childOf(value, token, fail), document);
  return typeof parent === 'object' && parent !== null
    ? (parent as Container)
    : unreachable(fail, lastOf(path));
}

function valueAt(document: unknown, path: Pointer, fail: Fail): unknown {
  return childOf(parentOf(document, path, fail), lastOf(path), fail);
}

function childOf(value: unknown, token: string, fail: Fail): unknown {
  if (Array.isArray(value)) {
    const at = indexOf(token);
    return at !== undefined && at < value.length ? (value[at] as unknown) : unreachable(fail, token);
  }
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, token);
  return isThere ? (value as Record<string, unknown>)[token] : unreachable(fail, token);
}

function indexOf(token: string): number | undefined {
  return /^(?:0|[1-9]\d{0,9})$/.test(token) ? Number(token) : undefined;
}

function unreachable(fail: Fail, token: string): never {
  return fail(`cannot reach the target location, there is no '${token}'`);
}
