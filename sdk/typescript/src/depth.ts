/** How deep JSON may be nested: thousands deep, reading it would end a component by a trap. */
const DEEPEST = 500;

/**
 * Whether JSON is nested deeper than a component's stack should be asked to take. All steps but
 * the last are ones that the engine takes at once for the whole text, as QuickJS is slow at
 * looking at each character.
 */
export function isDeep(text: string): boolean {
  const unescaped = text.replaceAll("\\\\", "").replaceAll('\\"', "");
  const parts = unescaped.split('"');
  const outside = parts.filter((_, at) => at % 2 === 0).join("");
  let depth = 0;
  for (const [mark] of outside.matchAll(/[[\]{}]/g)) {
    depth += mark === "[" || mark === "{" ? 1 : -1;
    if (depth > DEEPEST) {
      return true;
    }
  }
  return false;
}
