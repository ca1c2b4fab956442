import { Failure } from "../failure.js";

const LONGEST = 300;

/**
 * What a connector threw and did not mean to, as the contract's `internal`: its name, its
 * message and its place. A syntax error, as `JSON.parse` throws, quotes what it read, so its
 * message stays unsaid; so does whatever is no error.
 */
export function internal(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) {
    return Failure.internal(`threw ${thrown === null ? "null" : typeof thrown}, no error`);
  }
  const message = thrown instanceof SyntaxError ? "" : thrown.message;
  const words = message === "" ? thrown.name : `${thrown.name}: ${message}`;
  return Failure.internal(`${words.slice(0, LONGEST)}${place(thrown.stack)}`);
}

/** The innermost frame that is in a file: ` (at changes, connector.js:3:7)`. */
function place(stack: string | undefined): string {
  const frame = /^ *at (?:(\S+) )?\(?.*?([^/\\(:<>]+:\d+:\d+)\)?$/m.exec(stack ?? "");
  if (frame === null) {
    return "";
  }
  const [, name = "<anonymous>", at] = frame;
  return ` (at ${name}, ${at})`;
}
