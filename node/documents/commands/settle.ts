import { defineCommand } from '../command.ts';

/** Does nothing. Whoever waits for it waits until all commands before it are durable, and finds what they wrote. */
export const settle = defineCommand('settle', (_transaction, _args: null): null => null);
