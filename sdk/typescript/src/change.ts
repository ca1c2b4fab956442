import { Failure } from "./failure.js";
import { encodeJson } from "./json.js";
import { read } from "./read.js";
import type { Shape } from "./shape.js";

/** What else is known of a change. */
export interface ChangeDetails {
  /** What tells two states of the record apart. An (id, version) seen before is not told again. */
  readonly version?: string | null | undefined;
  /** Records of one key are told in order, as those of one patient; without one it is the id. */
  readonly key?: string | null | undefined;
  /** When it changed, by the EHR's clock (RFC 3339). */
  readonly occurredAt?: string | null | undefined;
}

/** One changed record, as the poll reported it. */
export class Change {
  readonly version: string | null;
  readonly key: string | null;
  readonly occurredAt: string | null;

  constructor(
    /** The record's identifier in the EHR. */
    readonly id: string,
    /** What became of it. */
    readonly kind: "upserted" | "deleted",
    /** What `collect` needs of it: JSON text. */
    readonly data: string,
    details: ChangeDetails = {},
  ) {
    this.version = details.version ?? null;
    this.key = details.key ?? null;
    this.occurredAt = details.occurredAt ?? null;
  }

  /** A record that is new or differs, with what `collect` needs of it. */
  static upserted(id: string, data: unknown, details?: ChangeDetails): Change {
    return new Change(id, "upserted", encodeJson(data, "a change's data"), details);
  }

  /** A record that is gone; its data is `null`. */
  static deleted(id: string, details?: ChangeDetails): Change {
    return new Change(id, "deleted", "null", details);
  }

  /**
   * Its data, of this shape. Without one, its type is the caller's word.
   *
   * @throws {@link Failure.unexpectedResponse} with the place, never with what stands there.
   */
  json<T>(shape?: Shape<T>): T {
    return read(this.data, shape, (what) => Failure.unexpectedResponse(`in a change, ${what}`));
  }
}

/** What one answer said: changes, and where the next request starts. */
export interface Page {
  /** In the order in which they are to be told. */
  readonly changes: readonly Change[];
  /** Stored in one step with the changes, so it holds all there is to know. */
  readonly cursor: string;
  /** Whether to ask on at once. Then the cursor must differ from the one before. */
  readonly more: boolean;
}

/** Makes pages. */
export const Page = {
  /** The last page of a poll. */
  last: (cursor: string, changes: Iterable<Change>): Page => {
    return { changes: [...changes], cursor, more: false };
  },
  /** A page after which the host asks on at once. */
  more: (cursor: string, changes: Iterable<Change>): Page => {
    return { changes: [...changes], cursor, more: true };
  },
};
