import type { Change, Page } from "./change.js";
import type { Context } from "./context.js";
import { Failure } from "./failure.js";
import { type Manifest, onlyEvent } from "./manifest.js";
import type { Request } from "./request.js";
import type { Response } from "./response.js";
import { Step } from "./step.js";

/** What a sign-in brought. */
export interface Credentials {
  /** Added to every later request, as `{ authorization: "Session …" }`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds that they last, where the EHR says. */
  readonly expiresIn?: number | null | undefined;
}

/**
 * A connector. It keeps nothing between calls, and every function is pure: equal arguments,
 * equal answer. The host calls them in the order `poll`, `changes` (again while a page has
 * more to come), then `collect` for every change. Each may throw a {@link Failure}.
 */
export interface Connector {
  /** What this connector can poll, and all that it will ever ask for. */
  describe(): Manifest;

  /**
   * What to ask the EHR next, given the cursor of the last page; `null` at the first poll,
   * which starts at {@link Context.since}.
   */
  poll(context: Context, cursor: string | null): Request;

  /**
   * What the EHR's answer says changed, and the cursor from which to go on. Called with the
   * cursor that `poll` was given, and with every answer, those of an error status included:
   * begin with {@link Response.ok}.
   */
  changes(context: Context, cursor: string | null, answer: Response): Page;

  /**
   * What else to ask about one change, then what to tell. `memo` is what the record's last
   * notification left, `collected` all answers so far, in the order of their requests.
   *
   * Unless written, it tells the change's own data as its action's only event.
   */
  collect?(
    context: Context,
    change: Change,
    memo: string | null,
    collected: readonly Response[],
  ): Step;

  /**
   * What to tell those who knew the record under the key that it had, as it has another from now
   * on: the change's kind is `moved-away`, its key the one before. The memo left here is that of
   * the change that follows.
   *
   * Unless written, nobody is told.
   */
  movedAway?(
    context: Context,
    change: Change,
    memo: string | null,
    collected: readonly Response[],
  ): Step;

  /**
   * The request that signs in, at EHRs with a sign-in call of their own. `{{secret.NAME}}` in
   * its headers or body stands for a secret, which only the host fills in.
   */
  login?(context: Context): Request;

  /** What the EHR answered to `login`. */
  signedIn?(context: Context, answer: Response): Credentials;
}

/** A connector with a `collect`: its own or the usual one. */
export type WholeConnector<C extends Connector> = C & Required<Pick<Connector, "collect">>;

/** A connector of these functions: what `src/connector.ts` exports as its default. */
export function connector<C extends Connector>(functions: C): WholeConnector<C> {
  const usual: Connector["collect"] = (context, change) => tellAsItIs(functions, context, change);
  return Object.assign(functions, { collect: functions.collect ?? usual });
}

/** What becomes of a change: what the connector has written for it, or the usual. */
export function collected(
  connector: Connector,
  context: Context,
  change: Change,
  memo: string | null,
  answers: readonly Response[],
): Step {
  if (change.kind === "moved-away") {
    return connector.movedAway
      ? connector.movedAway(context, change, memo, answers)
      : Step.skip("it has another key from now on");
  }
  return connector.collect
    ? connector.collect(context, change, memo, answers)
    : tellAsItIs(connector, context, change);
}

/** Tells a change's own data as its action's only event. */
export function tellAsItIs(connector: Connector, context: Context, change: Change): Step {
  const event = onlyEvent(connector.describe(), context.action);
  if (event === null) {
    throw Failure.internal("several events, and no collect to choose one");
  }
  return Step.notifyRaw(event, change.data);
}
