import { Failure } from "./failure.js";
import { read } from "./read.js";
import type { Shape } from "./shape.js";

/** What a context is made of. */
export interface ContextFields {
  /** The action polled: a name from the manifest. */
  readonly action: string;
  /** The connection's settings: JSON, valid under the manifest's schema. */
  readonly settings: string;
  /** The connection's base URL, without a slash at its end. */
  readonly baseUrl: string;
  /**
   * Further origins that the user lets this connection ask by whole URL, as
   * `https://ehr.example:8443`: other names of the EHR.
   */
  readonly allowOrigins: readonly string[];
  /** From when changes are wanted while there is no cursor (RFC 3339, UTC). */
  readonly since: string;
  /** The host's clock when this poll began (RFC 3339, UTC). Not to make a cursor of. */
  readonly now: string;
  /** Whether the action's last request got no answer that the host has on disk. */
  readonly interrupted: boolean;
  /**
   * Whether all records are wanted, whenever they changed: asked only of an action that `lists`,
   * with a cursor of that listing's own.
   */
  readonly listing: boolean;
  /**
   * Whether nobody will hear of what is found, as it was there before: `collect` need ask for
   * nothing but what a memo takes.
   */
  readonly silent: boolean;
  /**
   * Whether the EHR has refused something that `collect` asked for, for as long as the user wants
   * to wait: what is missing is to be left out, whatever its status, and the rest told.
   */
  readonly lastTry: boolean;
}

const EXAMPLE: ContextFields = {
  action: "",
  settings: "{}",
  baseUrl: "http://ehr.example",
  allowOrigins: [],
  since: "2026-01-01T00:00:00Z",
  now: "2026-01-01T00:01:00Z",
  interrupted: false,
  listing: false,
  silent: false,
  lastTry: false,
};

/** What the host says at every call. */
export class Context implements Omit<ContextFields, "settings"> {
  readonly action: string;
  readonly baseUrl: string;
  readonly allowOrigins: readonly string[];
  readonly since: string;
  readonly now: string;
  readonly interrupted: boolean;
  readonly listing: boolean;
  readonly silent: boolean;
  readonly lastTry: boolean;
  readonly #settings: string;

  /** Tests make their own; what they leave out is that of an example. */
  constructor(fields: Partial<ContextFields>) {
    const whole = { ...EXAMPLE, ...fields };
    this.action = whole.action;
    this.baseUrl = whole.baseUrl;
    this.allowOrigins = whole.allowOrigins;
    this.since = whole.since;
    this.now = whole.now;
    this.interrupted = whole.interrupted;
    this.listing = whole.listing;
    this.silent = whole.silent;
    this.lastTry = whole.lastTry;
    this.#settings = whole.settings;
  }

  /**
   * The connection's settings, of this shape. Fields that the schema does not require are
   * {@link shape.optional}.
   *
   * @throws {@link Failure.invalidSettings} with the place, never with what stands there.
   */
  settings<T>(shape?: Shape<T>): T {
    return read(this.#settings, shape, (what) => Failure.invalidSettings(what));
  }
}
