/** One thing that is wrong with a resource, and where. */
export interface ResourceProblem {
  /** From 1, or absent when the resource did not come from text. */
  readonly line?: number;
  readonly column?: number;
  /** Field path such as `spec.nodes`, or `undefined` for a fault of the whole text. */
  readonly path?: string;
  readonly message: string;
}

/** A resource that is not valid. The message holds every problem, one a line: `file:line:column: field: problem`. */
export class InvalidResourceError extends Error {
  override readonly name: string = 'InvalidResourceError';
  readonly source: string;
  readonly problems: readonly ResourceProblem[];

  constructor(source: string, problems: readonly ResourceProblem[]) {
    super(problems.map((problem) => describeProblem(source, problem)).join('\n'));
    this.source = source;
    this.problems = problems;
  }
}

function describeProblem(source: string, { line, column, path, message }: ResourceProblem): string {
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  return path === undefined || path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
