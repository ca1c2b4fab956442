/**
 * The WebAssembly side of a connector, which `rounds connector build` puts before it: the
 * contract's interfaces, as componentize-qjs wants them exported. Nothing here is for
 * connectors to name.
 *
 * What leaves it is of the contract's types to the last field, and what is thrown is a failure
 * of the contract: anything else ends in a bare trap, which has no words.
 */
import { collected, type Connector } from "./connector.js";
import { Failure } from "./failure.js";
import * as from from "./guest/from.js";
import { setClock } from "./guest/globals.js";
import { internal } from "./guest/internal.js";
import * as to from "./guest/to.js";
import type * as wit from "./guest/wit.js";

/** What `src/connector.ts` may export: a connector, or a class of which one is made. */
type Source = Connector | (new () => Connector);

/** The contract's interfaces, and the world that has them. */
export interface Guest {
  readonly connector: ReturnType<typeof connectorOf>;
  readonly session: ReturnType<typeof sessionOf>;
  readonly world: "connector-plugin" | "session-connector-plugin";
}

/** The guest of what a connector's source exports as its default. */
export function guest(source: Source | undefined): Guest {
  const inner = typeof source === "function" ? new source() : source;
  if (typeof inner?.describe !== "function") {
    throw new TypeError("the default export is no connector: it has no `describe`");
  }
  const world = inner.login ? "session-connector-plugin" : "connector-plugin";
  return { connector: connectorOf(inner), session: sessionOf(inner), world };
}

function connectorOf(inner: Connector) {
  return {
    describe: () => answer(null, () => to.manifest(inner.describe())),

    poll: (context: wit.Context, cursor: string | null) =>
      answer(context, () => to.request(inner.poll(from.context(context), cursor))),

    changes: (context: wit.Context, cursor: string | null, response: wit.Response) =>
      answer(context, () =>
        to.page(inner.changes(from.context(context), cursor, from.response(response))),
      ),

    collect: (
      context: wit.Context,
      change: wit.Change,
      memo: string | null,
      answers: wit.Response[],
    ) =>
      answer(context, () => {
        const arguments_ = [from.context(context), from.change(change), memo] as const;
        return to.step(collected(inner, ...arguments_, answers.map(from.response)));
      }),
  };
}

function sessionOf(inner: Connector) {
  return {
    login: (context: wit.Context) =>
      answer(context, () => to.request(inner.login?.(from.context(context)))),

    signedIn: (context: wit.Context, response: wit.Response) =>
      answer(context, () =>
        to.credentials(inner.signedIn?.(from.context(context), from.response(response))),
      ),
  };
}

/** Answers a call; whatever it throws becomes a failure of the contract. */
function answer<T>(context: wit.Context | null, call: () => T): T {
  try {
    setClock(context?.now ?? null);
    return call();
  } catch (error) {
    throw to.failure(error instanceof Failure ? error : internal(error));
  }
}
