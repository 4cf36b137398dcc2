import type { KubeObject } from '../../platform/kubernetes/api/kube-object.ts';

const REDACTED = '[redacted]';

/** Annotations that hold a whole object once more, secrets and all. */
const COPIES_OF_OBJECTS: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** Names of settings and variables whose values are not for other people. Rather one too many than one too few. */
const SENSITIVE =
  /pass(word|phrase|wd)|secret|token|credential|licen[cs]e|connection[-_. ]?string|((api|access|private|encryption|master|account)[-_. ]?key)/i;

/**
 * The object without what must not leave the cluster: contents of Secrets, values of variables and settings that by
 * their name are secret, and what only fills pages.
 */
export function redact({ apiVersion, kind, metadata, ...rest }: KubeObject): unknown {
  const { managedFields: _, annotations = {}, ...kept } = metadata;
  const shown = Object.entries(annotations).filter(([name]) => !COPIES_OF_OBJECTS.has(name));
  const content = kind === 'Secret' ? withoutContent(rest) : (redactValue('', rest) as object);
  return {
    apiVersion,
    kind,
    metadata: { ...kept, ...(shown.length === 0 ? {} : { annotations: Object.fromEntries(shown) }) },
    ...content,
  };
}

export function isSensitive(name: string): boolean {
  return SENSITIVE.test(name);
}

function withoutContent(secret: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const sizes = (map: unknown): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries((map ?? {}) as Readonly<Record<string, string>>).map(([key, value]) => [
        key,
        `${REDACTED} ${value.length} characters`,
      ]),
    );
  const { data, stringData, ...rest } = secret;
  return {
    ...rest,
    ...(data === undefined ? {} : { data: sizes(data) }),
    ...(stringData === undefined ? {} : { stringData: sizes(stringData) }),
  };
}

/** @param key under which the value stands, where it stands in a map */
function redactValue(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => redactValue(key, entry));
  if (typeof value === 'string') return redactText(key, value);
  if (typeof value !== 'object' || value === null) return value;
  const map = value as Readonly<Record<string, unknown>>;
  // An entry of a list of environment variables: { name, value }.
  if (typeof map.name === 'string' && typeof map.value === 'string' && isSensitive(map.name)) {
    return { ...map, value: REDACTED };
  }
  return Object.fromEntries(
    Object.entries(map).map(([name, inner]) => [name, redactValue(name, inner)] as const),
  );
}

/** Files within ConfigMaps are read as JSON where they are; a field that names an object is no secret. */
function redactText(key: string, text: string): string {
  if (/\.json$/i.test(key)) {
    try {
      return JSON.stringify(redactValue('', JSON.parse(text)), null, 2);
    } catch {
      // Not JSON whatever its name says: it is treated as any other text.
      return redactSetting(key, text);
    }
  }
  return redactSetting(key, text);
}

function redactSetting(key: string, text: string): string {
  const isReference = /(name|ref|mode|path|type|namespace)$/i.test(key);
  return isSensitive(key) && !isReference ? REDACTED : text;
}
