import { InvalidQueryError, UnsupportedQueryError } from '../query-error.ts';
import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import { compileHighlight, type HighlightPlan } from './highlight-plan.ts';
import { fieldName } from './names.ts';
import { optionMember, optionsObject } from './option-values.ts';
import type { WhereContext } from './where-scope.ts';

export interface IncludePlan {
  /** Paths of ids, as they were written. */
  readonly paths: readonly string[];
  /** Paths of keys of compare-exchange values. */
  readonly valuePaths: readonly string[];
  readonly highlights: readonly HighlightPlan[];
  /** Present when scores are to be explained. */
  readonly explanations?: { readonly groupKey?: string };
  readonly timings: boolean;
}

export function compileIncludes(items: readonly Argument[], context: WhereContext): IncludePlan {
  const paths: string[] = [];
  const valuePaths: string[] = [];
  const highlights: HighlightPlan[] = [];
  let timings = false;
  let explanations: IncludePlan['explanations'];
  const method = (call: MethodCall): void => {
    switch (call.name.toLowerCase()) {
      case 'timings':
        timings = true;
        return;
      case 'cmpxchg':
        valuePaths.push(valuePathOf(call, context.alias));
        return;
      case 'highlight': {
        const highlight = compileHighlight(call, context);
        context.needs.add(highlight.field, { highlight: true });
        highlights.push(highlight);
        return;
      }
      case 'explanations':
        explanations = explanationsOf(call, context);
        return;
      default:
        throw new UnsupportedQueryError(`include ${call.name}()`);
    }
  };
  for (const { expression } of items) {
    if (expression.kind === 'field') paths.push(fieldName(expression, context.alias));
    else if (expression.kind === 'string') paths.push(expression.value);
    else if (expression.kind === 'parameter') paths.push(context.binder.text(expression, 'include'));
    else if (expression.kind === 'method') method(expression);
    else throw new UnsupportedQueryError(`include of a ${expression.kind}`);
  }
  return {
    paths,
    valuePaths,
    highlights,
    timings,
    ...(explanations === undefined ? {} : { explanations }),
  };
}

/** `explanations()`, maybe with an object of options: GroupKey. */
function explanationsOf(call: MethodCall, { binder }: WhereContext): { readonly groupKey?: string } {
  const [given, more] = call.arguments;
  if (given === undefined) return {};
  const what = "The options of 'explanations()'";
  if (given.expression.kind !== 'parameter' || more !== undefined) {
    throw binder.error(`${what} must be one parameter`);
  }
  const groupKey = optionMember.text(optionsObject(binder.value(given.expression), what), 'GroupKey', what);
  return groupKey === undefined ? {} : { groupKey };
}

/** The argument is a path of the result, also when it is written as a text. */
function valuePathOf({ arguments: given }: MethodCall, alias: string | undefined): string {
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw new InvalidQueryError(`Method 'cmpxchg()' expects one argument, but has ${given.length}`);
  }
  const { expression } = only;
  if (expression.kind === 'field') return fieldName(expression, alias);
  if (expression.kind === 'string') return expression.value;
  throw new UnsupportedQueryError(`include cmpxchg() of a ${expression.kind}`);
}
