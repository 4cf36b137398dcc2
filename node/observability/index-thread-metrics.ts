import type { Registry } from 'prom-client';
import { registerFigures } from './figure-gauge.ts';

/** The thread that makes indexes and answers queries. */
export interface IndexThreadFigures {
  /** It serves all databases. */
  readonly health: { readonly isOk: boolean };
  /** 1 for the first one since the node started. */
  readonly lives: number;
}

export function registerIndexThreadMetrics(
  registry: Registry,
  read: () => IndexThreadFigures | undefined,
): void {
  const one = (): Iterable<IndexThreadFigures> => {
    const figures = read();
    return figures === undefined ? [] : [figures];
  };
  registerFigures(registry, one, [], () => ({}), [
    {
      name: 'ravencluster_index_thread_up',
      help: '1: queries of all databases are answered; 0: the index thread has failed and is being started again.',
      value: ({ health }) => Number(health.isOk),
    },
    {
      name: 'ravencluster_index_thread_restarts',
      help: 'How often the index thread has failed and was started again since the node started.',
      value: ({ lives }) => lives - 1,
    },
  ]);
}
