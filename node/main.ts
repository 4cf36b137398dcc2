import './stop-signals.ts';
import { applyMemorySettings } from './memory-settings.ts';

// Before anything else is loaded: it may start the process over.
applyMemorySettings();
await import('./node-program.ts');
