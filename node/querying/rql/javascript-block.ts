import { NESTED_CLAUSES_MAX } from './limits.ts';

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/**
 * Where the block that opens at `start` ends (just after its closing character), or `undefined` when it never does.
 * Knows texts, templates, comments and regular expressions, in which brackets don't count.
 */
export function endOfBlock(text: string, start: number, depth = 0): number | undefined {
  if (depth > NESTED_CLAUSES_MAX) return undefined;
  const open: string[] = [];
  let at = start;
  /** The last character that was not space or comment: tells a division from a regular expression. */
  let last = '';
  while (at < text.length) {
    const character = text[at] ?? '';
    const comment = endOfComment(text, at);
    if (comment !== undefined) {
      at = comment;
      continue;
    }
    if (character === "'" || character === '"') at = endOfText(text, at, character);
    else if (character === '`') at = endOfTemplate(text, at, depth);
    else if (character === '/' && startsExpression(text, at, last)) at = endOfExpression(text, at);
    else {
      at++;
      const closing = CLOSING[character];
      if (closing !== undefined) open.push(closing);
      else if (character === open.at(-1)) open.pop();
      else if (character === '}' || character === ')' || character === ']') return undefined;
      if (open.length === 0) return at;
    }
    if (!/\s/.test(character)) last = character;
  }
  return undefined;
}

function endOfComment(text: string, at: number): number | undefined {
  if (text.startsWith('//', at)) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  if (!text.startsWith('/*', at)) return undefined;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

function endOfText(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function endOfTemplate(text: string, start: number, depth: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) at = (endOfBlock(text, at + 1, depth + 1) ?? text.length) - 1;
  }
  return text.length;
}

/** After an operand a slash divides; after anything else it starts a regular expression. */
function startsExpression(text: string, at: number, last: string): boolean {
  if (last === '' || /[^\w$)\]}'"`]/.test(last)) return true;
  return /\b(?:return|typeof|case|in|of|void|delete)\s*$/.test(text.slice(Math.max(0, at - 12), at));
}

function endOfExpression(text: string, start: number): number {
  let isInClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '[') isInClass = true;
    else if (character === ']') isInClass = false;
    else if (character === '\n') return at;
    else if (character === '/' && !isInClass) return at + 1;
  }
  return text.length;
}
