import { LocalOperator } from '../platform/local/local-operator.ts';
import { checkNodeSettings } from './check-node-settings.ts';
import { type LogFormat, operatorLogging } from './operator-logging.ts';

/** A second signal within this time is the same one: a terminal and a launcher may both deliver it. */
const SAME_SIGNAL_MS = 1_000;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export interface StartOptions {
  readonly stateDir: string;
  readonly logFormat: LogFormat;
}

/** `ravencluster start`: runs until a signal or `ravencluster stop`, then stops every node. */
export async function start(file: string, { stateDir, logFormat }: StartOptions): Promise<void> {
  const narrator = operatorLogging(logFormat);
  const options = { file, stateFolder: stateDir, narrator, furtherCheck: checkNodeSettings };
  await LocalOperator.run(options, (operator) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        operator.stop(signal);
      } else if (nowMs - firstAtMs > SAME_SIGNAL_MS) {
        narrator.warn('Killing what is still running');
        void operator.kill();
      }
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
