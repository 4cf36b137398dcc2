/** The node can't start as it was told to: every problem found, each with key, value, source and the expected form. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? problems[0] : problems.map((problem) => `- ${problem}`).join('\n'));
    this.problems = problems;
  }
}
