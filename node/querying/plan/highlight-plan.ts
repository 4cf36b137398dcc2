import type { MethodCall } from '../rql/syntax-tree.ts';
import { fieldName } from './names.ts';
import { optionMember, optionsObject } from './option-values.ts';
import type { WhereContext } from './where-scope.ts';

/** What `include highlight(…)` asks for. */
export interface HighlightPlan {
  readonly field: string;
  /** Characters of a fragment, tags not counted. */
  readonly length: number;
  /** Fragments of a result, at most. */
  readonly count: number;
  /** What goes before and behind each hit: a pair for each thing that is searched, in turn. */
  readonly tags: readonly (readonly [before: string, behind: string])[];
  /** The field by whose values the fragments are listed; the ids of documents when absent. */
  readonly groupKey?: string;
}

/** Colours that tell what is searched apart, as RavenDB has them. */
const COLOURS =
  'yellow lawngreen aquamarine magenta palegreen coral wheat khaki lime deepskyblue deeppink salmon peachpuff violet mediumpurple palegoldenrod darkkhaki springgreen turquoise powderblue'.split(
    ' ',
  );
const DEFAULT_TAGS = COLOURS.map(
  (colour) => [`<b style="background:${colour}">`, '</b>'] as readonly [string, string],
);

/** `highlight(field, length, count)`, maybe with an object of options: PreTags, PostTags and GroupKey. */
export function compileHighlight(call: MethodCall, { binder, alias }: WhereContext): HighlightPlan {
  const [first, second, third, fourth] = call.arguments.map(({ expression }) => expression);
  if (call.arguments.length < 3 || call.arguments.length > 4) {
    throw binder.error("Method 'highlight()' expects three or four arguments to be provided");
  }
  const field =
    first?.kind === 'string' ? first.value : first?.kind === 'field' ? fieldName(first, alias) : undefined;
  if (field === undefined) throw binder.error("Method 'highlight()' expects a field as its first argument");
  const whole = (given: typeof second, what: string): number => {
    const value = given?.kind === 'number' || given?.kind === 'parameter' ? binder.scalar(given) : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw binder.error(`The ${what} of 'highlight()' must be a whole number that is not negative`);
  };
  const length = whole(second, 'fragment length');
  const count = whole(third, 'fragment count');
  if (fourth === undefined) return { field, length, count, tags: DEFAULT_TAGS };
  const what = "The options of 'highlight()'";
  if (fourth.kind !== 'parameter' && fourth.kind !== 'string') {
    throw binder.error(`${what} must be a parameter`);
  }
  const given = binder.value(fourth);
  const options = optionsObject(typeof given === 'string' ? parsedOptions(given) : given, what);
  const before = optionMember.texts(options, 'PreTags', what) ?? [];
  const behind = optionMember.texts(options, 'PostTags', what) ?? [];
  if (before.length !== behind.length) {
    throw binder.error(
      `${what} must have as many PostTags as PreTags, but there are ${behind.length} and ${before.length}`,
    );
  }
  const groupKey = optionMember.text(options, 'GroupKey', what);
  return {
    field,
    length,
    count,
    tags: before.length === 0 ? DEFAULT_TAGS : before.map((tag, at) => [tag, behind[at] ?? ''] as const),
    ...(groupKey === undefined ? {} : { groupKey }),
  };
}

/** Options as a text; what is no JSON is refused as no object. */
function parsedOptions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Said with the other things that are no objects.
    return text;
  }
}
