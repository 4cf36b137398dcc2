interface At {
  /** Where it begins in the text. */
  readonly at: number;
}

/** A C# type, as it was written, without its namespace: `int`, `Dictionary`. */
export interface TypeName {
  readonly name: string;
  readonly isNullable: boolean;
  readonly isArray: boolean;
}

export type Literal = At & {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
  /** A number of type double, float or decimal. */
  readonly isFraction: boolean;
};
export type Name = At & { readonly kind: 'name'; readonly name: string };
export type Member = At & { readonly kind: 'member'; readonly target: Expression; readonly name: string };
export type Call = At & {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly types: readonly TypeName[];
  readonly values: readonly Expression[];
};
export type Lambda = At & {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  readonly body: Expression;
};
export interface NamedValue extends At {
  readonly name: string;
  readonly value: Expression;
}
/** `new { A = 1 }`, or with a type `new Order { A = 1 }`. */
export type NewObject = At & {
  readonly kind: 'object';
  readonly type: TypeName | null;
  readonly members: readonly NamedValue[];
};
export type NewDictionary = At & {
  readonly kind: 'dictionary';
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
};

export interface Hole {
  readonly value: Expression;
  readonly format: string | null;
  /** Width in characters; a negative one: aligned to the left. */
  readonly width: number | null;
}

export type Clause =
  | (At & { readonly kind: 'from'; readonly name: string; readonly source: Expression })
  | (At & { readonly kind: 'let'; readonly name: string; readonly value: Expression })
  | (At & { readonly kind: 'where'; readonly test: Expression })
  | (At & {
      readonly kind: 'orderby';
      readonly keys: readonly { readonly value: Expression; readonly isDescending: boolean }[];
    });

export type QueryEnd =
  | (At & { readonly kind: 'select'; readonly value: Expression })
  | (At & { readonly kind: 'group'; readonly value: Expression; readonly key: Expression });

/** `from … select …`. What follows an `into` is a query over this one. */
export type Query = At & {
  readonly kind: 'query';
  readonly clauses: readonly Clause[];
  readonly end: QueryEnd;
};

export type Expression =
  | Literal
  | Name
  | Member
  | Call
  | Lambda
  | NewObject
  | NewDictionary
  | Query
  | (At & { readonly kind: 'item'; readonly target: Expression; readonly index: Expression })
  | (At & { readonly kind: 'unary'; readonly operator: '!' | '-' | '+' | '~'; readonly operand: Expression })
  | (At & {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly kind: 'choice';
      readonly test: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    })
  | (At & { readonly kind: 'cast'; readonly type: TypeName; readonly operand: Expression })
  | (At & { readonly kind: 'default'; readonly type: TypeName })
  | (At & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | (At & { readonly kind: 'construct'; readonly type: TypeName; readonly values: readonly Expression[] })
  | (At & { readonly kind: 'interpolation'; readonly parts: readonly (string | Hole)[] });

/** Levels of a tree, counted without a stack. */
export function levelsOf(tree: Expression): number {
  let levels = 0;
  let row: readonly unknown[] = [tree];
  while (row.length > 0) {
    levels += 1;
    row = row.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((child) => typeof child === 'object')
        : [],
    );
  }
  return levels;
}
