import { pluginProgram } from './program.ts';
import { sessionOf } from './session.ts';

try {
  await pluginProgram(sessionOf((text) => console.log(text))).parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
