/** The contract's name of a failure. */
export type FailureCase =
  | "invalid-settings"
  | "unauthorized"
  | "throttled"
  | "unavailable"
  | "cursor-lost"
  | "unexpected-response"
  | "internal";

/**
 * Why a call came to nothing: thrown. The host acts on the case, never on the text, which
 * stands in logs and must hold no patient's data.
 */
export class Failure extends Error {
  override readonly name = "Failure";

  private constructor(
    /** Which failure it is. */
    readonly tag: FailureCase,
    /** Its words; those of a pause are its seconds, or `null`. */
    readonly value: string | number | null,
  ) {
    super(words(tag, value));
  }

  /** The settings cannot work. Polling stops until they change. */
  static invalidSettings(text: string): Failure {
    return new Failure("invalid-settings", text);
  }

  /** The EHR refused the credentials. The host renews them once. */
  static unauthorized(text: string): Failure {
    return new Failure("unauthorized", text);
  }

  /** The EHR asks for a pause, of so many seconds where it says. */
  static throttled(seconds: number | null = null): Failure {
    return new Failure("throttled", seconds);
  }

  /** A fault that may pass. The host tries again, later and later. */
  static unavailable(text: string): Failure {
    return new Failure("unavailable", text);
  }

  /** The EHR no longer knows the cursor. The task stops until a person sets one. */
  static cursorLost(text: string): Failure {
    return new Failure("cursor-lost", text);
  }

  /** The EHR answered what this connector cannot read. */
  static unexpectedResponse(text: string): Failure {
    return new Failure("unexpected-response", text);
  }

  /** A fault of the connector's own. */
  static internal(text: string): Failure {
    return new Failure("internal", text);
  }
}

function words(tag: FailureCase, value: string | number | null): string {
  if (tag === "throttled") {
    return value === null ? "throttled" : `throttled for ${value} s`;
  }
  return `${tag.replace("-", " ")}: ${value}`;
}
