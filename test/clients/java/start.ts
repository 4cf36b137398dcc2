import { join } from 'node:path';
import { runSuite } from '../run-suite.ts';

/**
 * `npm run test:java`: the tests of the official Java client. What follows `--` goes to Maven, for instance
 * `-Dtest=QueriesTest`. Ends as Maven does.
 */
const output = join(import.meta.dirname, '../../../node_modules/.cache/ravencluster/java');

process.exitCode = await runSuite({
  command: 'mvn',
  args: [
    '--batch-mode',
    '--no-transfer-progress',
    `-Dsuite.output=${output}`,
    'test',
    ...process.argv.slice(2),
  ],
  folder: import.meta.dirname,
});
