/**
 * A rule of a resource in two forms that must mean the same: CEL for the API server, a function for everywhere else.
 * They stand side by side so that nobody changes one alone; a test on a real API server compares them.
 */
export interface CelRule {
  /** Where `self` is, as property names from the root of the resource. */
  readonly at: readonly string[];
  readonly rule: string;
  readonly message: string;
  /** The field to blame, relative to `at`; `at` itself when absent. */
  readonly field?: readonly string[];
  /** A rule about a change is evaluated on an update only. */
  readonly transition: boolean;
  readonly holds: (self: unknown, oldSelf: unknown) => boolean;
}

interface RuleText<Self> {
  readonly rule: string;
  readonly message: string;
  readonly field?: readonly Extract<keyof Self, string>[] | readonly string[];
}

/** Rules about the value at `at`, whose type after defaulting is `Self`. */
export function rulesAt<Self>(at: readonly string[]): {
  readonly invariant: (text: RuleText<Self>, holds: (self: Self) => boolean) => CelRule;
  readonly transition: (text: RuleText<Self>, holds: (self: Self, oldSelf: Self) => boolean) => CelRule;
} {
  return {
    // The value was validated against the schema before any rule sees it, so the type holds.
    invariant: (text, holds) => ({
      at,
      ...text,
      transition: false,
      holds: (self) => holds(self as Self),
    }),
    transition: (text, holds) => ({
      at,
      ...text,
      transition: true,
      holds: (self, oldSelf) => holds(self as Self, oldSelf as Self),
    }),
  };
}
