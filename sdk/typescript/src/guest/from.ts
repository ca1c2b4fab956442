/** From the contract's types to the SDK's. */
import { Change } from "../change.js";
import { Context } from "../context.js";
import { Response } from "../response.js";
import type * as wit from "./wit.js";

export function context(from: wit.Context): Context {
  return new Context(from);
}

export function response(from: wit.Response): Response {
  return new Response(from.status, from.headers, from.body.val);
}

export function change(from: wit.Change): Change {
  return new Change(from.id, from.kind, from.data, from);
}
