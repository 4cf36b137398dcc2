#!/usr/bin/env node
import { runUnderSuitableNode } from '../cli/suitable-node.ts';

await runUnderSuitableNode('kubectl-raven', new URL('./main.js', import.meta.url), () => import('./main.ts'));
