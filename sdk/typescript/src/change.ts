import { Failure } from "./failure.js";
import { encodeJson } from "./json.js";
import { read } from "./read.js";
import type { Shape } from "./shape.js";

/** What else is known of a change. */
export interface ChangeDetails {
  /**
   * What the EHR tells two states of the record apart by. A state is this and its content; one
   * seen before is not told again, unless the record said something else under this version since.
   * Without one, in a feed, each reading of it is another state, but where the host reads a stretch
   * of the feed again.
   */
  readonly version?: string | null | undefined;
  /**
   * What the record says, as a {@link fingerprint} of it without version, time of change and
   * whatever else differs though nothing changed. What says the same as the record's last state
   * is told to nobody, what says something else is told even under a version seen before.
   * Without one, `data` stands for it where a version was seen before, and another version is
   * always news.
   */
  readonly content?: string | null | undefined;
  /**
   * Records of one key are told in order, as those of one patient; without one it is the key that
   * the record had last, or its id.
   */
  readonly key?: string | null | undefined;
  /** When it changed, by the EHR's clock (RFC 3339). */
  readonly occurredAt?: string | null | undefined;
}

/**
 * What became of a record: it is new or differs; it is gone; or it has another key from now on, as
 * an appointment that is another patient's. Then the change's `key` is the one that it had, and
 * its `data` says what it is now. The host makes it of a change of key and has
 * {@link Connector.movedAway} tell it before that change; no page holds one.
 */
export type ChangeKind = "upserted" | "deleted" | "moved-away";

/** One changed record, as the poll reported it. */
export class Change {
  readonly version: string | null;
  readonly content: string | null;
  readonly key: string | null;
  readonly occurredAt: string | null;

  constructor(
    /** The record's identifier in the EHR. */
    readonly id: string,
    /** What became of it. */
    readonly kind: ChangeKind,
    /** What `collect` needs of it: JSON text. */
    readonly data: string,
    details: ChangeDetails = {},
  ) {
    this.version = details.version ?? null;
    this.content = details.content ?? null;
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

/**
 * A record of an answer that cannot be read as one, while others can. The host makes a dead letter
 * of it, once, and goes on.
 */
export interface Unreadable {
  /** Where it stands in the answer, as `entry 3`. */
  readonly place: string;
  /** Its identifier in the EHR, where that can be read. */
  readonly id?: string | null | undefined;
  /** Why it cannot be read; no patient's data. */
  readonly reason: string;
  /** What `collect` would be given for it, should a person have it tried again: JSON text. */
  readonly data: string;
}

/**
 * Reads records one by one, so that an odd one takes no other along. Where `read` throws an
 * unexpected response, that record cannot be read, for that reason. `place` is where they stand in
 * the answer, as `appointments`.
 */
export function readEach(
  place: string,
  records: readonly unknown[],
  read: (record: unknown) => Change,
): (Change | Unreadable)[] {
  return records.map((record, at) => {
    try {
      return read(record);
    } catch (error) {
      if (!(error instanceof Failure) || error.tag !== "unexpected-response") {
        throw error;
      }
      return unreadable(`${place}[${at}]`, record, String(error.value));
    }
  });
}

/** A record as it came; its id is a text that it has as `id`. */
function unreadable(place: string, record: unknown, reason: string): Unreadable {
  const { id } = (record ?? {}) as { id?: unknown };
  const data = encodeJson(record, "a record that cannot be read");
  return { place, id: typeof id === "string" ? id : null, reason, data };
}

/** What else a page may have. */
export interface PageDetails {
  /**
   * What a user should know of this EHR's answers, a sentence each and always the same for the
   * same, as that it does not sort. The host tells each once. No patient's data.
   */
  readonly notices?: readonly string[] | undefined;
}

/** What one answer said: changes, and where the next request starts. */
export interface Page extends PageDetails {
  /** In the order in which they are to be told. */
  readonly changes: readonly Change[];
  /** What stands among them and cannot be read. */
  readonly unreadable?: readonly Unreadable[] | undefined;
  /** Stored in one step with the changes, so it holds all there is to know. */
  readonly cursor: string;
  /** Whether to ask on at once. Then the cursor must differ from the one before. */
  readonly more: boolean;
}

/** Makes pages. */
export const Page = {
  /** The last page of a poll, of changes and of what cannot be read. */
  last: (cursor: string, found: Iterable<Change | Unreadable>, details: PageDetails = {}): Page => {
    return { ...details, ...apart(found), cursor, more: false };
  },
  /** A page after which the host asks on at once. */
  more: (cursor: string, found: Iterable<Change | Unreadable>, details: PageDetails = {}): Page => {
    return { ...details, ...apart(found), cursor, more: true };
  },
};

/** What is no change has a place and a reason. */
function apart(found: Iterable<Change | Unreadable>): Pick<Page, "changes" | "unreadable"> {
  const [changes, unreadable]: [Change[], Unreadable[]] = [[], []];
  for (const it of found) {
    "reason" in it ? unreadable.push(it) : changes.push(it);
  }
  return { changes, unreadable };
}
