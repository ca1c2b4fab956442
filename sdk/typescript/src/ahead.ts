/** From when to ask next, where a record may be dated in the future. */
import type { Context } from "./context.js";
import { Failure } from "./failure.js";
import type { Response } from "./response.js";
import { Time } from "./time.js";

/**
 * How far the EHR's clock may be from the host's before its `Date` is taken for a mistake, and how
 * far ahead a record may be dated where there is no `Date`, in seconds.
 */
const DAY = 86_400;

/**
 * The time from which to ask next: the latest of those `seen` on this page, or `since`, from which
 * was asked, where none is later.
 *
 * A time that is ahead of the EHR's clock does not count: what changes until then would never be
 * told. That clock is the answer's `Date`, unless it is more than a day from the host's; and
 * `since` itself is put back to it where it is ahead. Without such a `Date`, what is dated more
 * than a day ahead of the host's clock does not count. So what this answers is the EHR's own word
 * or `since`, and never the host's clock.
 *
 * What does not count is told all the same: it is only not asked from.
 *
 * @throws {@link Failure.cursorLost} where `since` is more than a day ahead and no `Date` says from
 * when.
 */
export function goOnFrom(
  context: Context,
  answer: Response,
  since: Time,
  seen: Iterable<Time>,
): Time {
  const now = Time.parse(context.now);
  const said = Time.fromHttp(answer.header("date") ?? "");
  const isNear =
    said !== null && said.minusSeconds(DAY) <= now && now.minusSeconds(DAY) <= said;
  const clock = isNear ? said : null;
  // `Date` is cut to the second.
  const isAhead = (time: Time) =>
    clock === null ? time.minusSeconds(DAY) > now : time.floorToSecond() > clock;
  let from = since;
  if (isAhead(since)) {
    if (clock === null) {
      throw Failure.cursorLost("a cursor of the future");
    }
    from = clock;
  }
  for (const time of seen) {
    from = time > from && !isAhead(time) ? time : from;
  }
  return from;
}
