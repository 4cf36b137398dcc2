#!/usr/bin/env node
import { runUnderSuitableNode } from './suitable-node.ts';

await runUnderSuitableNode('ravencluster', new URL('./main.js', import.meta.url), () => import('./main.ts'));
