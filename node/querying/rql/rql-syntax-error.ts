/** The text of a query can't be read. The message starts with line and column, both from 1, and ends with the query. */
export class RqlSyntaxError extends Error {
  override readonly name = 'RqlSyntaxError';
  readonly line: number;
  readonly column: number;

  constructor(what: string, query: string, position: number) {
    const before = query.slice(0, position).split('\n');
    const line = before.length;
    const column = (before.at(-1)?.length ?? 0) + 1;
    super(`${line}:${column} ${what}\nQuery: \n${query}`);
    this.line = line;
    this.column = column;
  }
}
