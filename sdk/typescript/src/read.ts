import { isDeep } from "./depth.js";
import { Failure } from "./failure.js";
import { parseJson, placeOf } from "./json.js";
import { Mismatch, type Shape } from "./shape.js";

/** How the words begin about what is no JSON at all, rather than other JSON than expected. */
export const NO_JSON = "no valid JSON";

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

/**
 * One record of an answer, of this shape: fitted by itself, so that an odd one does not take its
 * page along.
 *
 * @throws {@link Failure.unexpectedResponse} with the place within it, never with what stands there.
 */
export function fit<T>(value: unknown, shape: Shape<T>): T {
  try {
    return shape(value, "");
  } catch (error) {
    const what = error instanceof Mismatch ? `other JSON than expected: ${error.message}` : null;
    throw what === null ? error : Failure.unexpectedResponse(what);
  }
}

function parsed(text: string, exact: boolean, fail: (what: string) => Failure): unknown {
  if (isDeep(text)) {
    throw fail("JSON nested too deep");
  }
  try {
    return parseJson(text, exact);
  } catch (error) {
    throw fail(`${NO_JSON}${placeOf(error, text)}`);
  }
}
