/** Strips one pair of double quotes; clients send change vectors with and without. */
export function unquote(text: string): string {
  return text.length >= 2 && text.charCodeAt(0) === 34 && text.charCodeAt(text.length - 1) === 34
    ? text.slice(1, -1)
    : text;
}

/** What clients send as If-None-Match when they remember that there was no document. */
export const NOT_FOUND_TAG = '404 Response';
