import { isDeep } from "./depth.js";
import { Failure } from "./failure.js";
import { parseJson, placeOf } from "./json.js";
import { Mismatch, type Shape } from "./shape.js";

/**
 * Reads JSON of a shape, or of none: then its type is the caller's word. What is wrong is told
 * to `fail` with its place, never with what stands there.
 */
export function read<T>(
  text: string,
  shape: Shape<T> | undefined,
  fail: (what: string) => Failure,
): T {
  const value = parsed(text, shape !== undefined, fail);
  try {
    return shape === undefined ? (value as T) : shape(value, "");
  } catch (error) {
    throw error instanceof Mismatch ? fail(`other JSON than expected: ${error.message}`) : error;
  }
}

function parsed(text: string, exact: boolean, fail: (what: string) => Failure): unknown {
  if (isDeep(text)) {
    throw fail("JSON nested too deep");
  }
  try {
    return parseJson(text, exact);
  } catch (error) {
    throw fail(`no valid JSON${placeOf(error, text)}`);
  }
}
