/** Comments and white space before the code. */
const BEFORE = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/;

/** Whether a map or reduce is C#. Clients tell the languages apart by how the text begins, too. */
export function isLinq(text: string): boolean {
  return /^(from|docs|results)\b/i.test(text.replace(BEFORE, ''));
}
