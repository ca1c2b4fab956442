import type * as wit from "../guest/wit.js";

/** What a host knows of one record. */
interface KnownRecord {
  says: string | null;
  key: string | null;
  readonly seen: Set<string>;
}

/** What a host knows of records from poll to poll, and so what it has collected. */
export class Known {
  readonly #records = new Map<string, KnownRecord>();
  readonly #told = new Set<string>();

  /**
   * What is to be collected of a change: nothing where it says what is known, else the change with
   * its key, behind the one that tells of a key that it had before.
   */
  news(change: wit.Change): wit.Change[] {
    const { id, kind, version, occurredAt, data } = change;
    const record = this.#records.get(id) ?? { says: null, key: null, seen: new Set() };
    this.#records.set(id, record);
    const isGone = kind === "deleted";
    const content = isGone ? null : change.content;
    const says = content === null && !isGone ? null : JSON.stringify([kind, content]);
    const at = version === null ? occurredAt : null;
    const state = JSON.stringify([version, at, change.content ?? data, kind]);
    const isAlways = version === null && says === null;
    const isSame = says !== null && record.says === says;
    if (isSame || (record.seen.has(state) && !isAlways)) {
      return [];
    }
    record.seen.add(state);
    record.says = says;
    return inLine(record, change);
  }

  /** Whether a record that cannot be read was not told before. */
  isNew({ id, data }: wit.Unreadable): boolean {
    return this.#once(["unreadable", id, data]);
  }

  /** Whether a notice was not told before. */
  isNews(notice: string): boolean {
    return this.#once(["notice", notice]);
  }

  #once(what: (string | null)[]): boolean {
    const text = JSON.stringify(what);
    const isNew = !this.#told.has(text);
    this.#told.add(text);
    return isNew;
  }
}

function inLine(record: KnownRecord, change: wit.Change): wit.Change[] {
  const before = record.key;
  const key = change.key ?? before;
  const told = { ...change, key };
  record.key = key;
  if (before === null || before === key || change.kind !== "upserted") {
    return [told];
  }
  return [{ ...told, kind: "moved-away", key: before }, told];
}
