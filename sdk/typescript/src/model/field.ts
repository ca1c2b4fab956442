import { Numeral } from "../json.js";

/**
 * A field of a model: what may be given for it, and what then stands there. What is absent is
 * given as `null` or `undefined`.
 */
export type Field<Given, Whole> = (given: Given | null | undefined, place: string) => Whole;

type Fields = Record<string, Field<never, unknown>>;

/** What is given to make an object of a model: as much of it as is known. */
export type Given<M> =
  M extends Model<infer F>
    ? { [K in keyof F]?: (F[K] extends Field<infer G, unknown> ? G : never) | null | undefined }
    : never;

/** An object of a model, whole: what is absent is `null`, `[]`, or an object of such. */
export type Whole<M> =
  M extends Model<infer F>
    ? { [K in keyof F]: F[K] extends Field<never, infer W> ? W : never }
    : never;

/** An object of the data models. */
export interface Model<F> {
  /** Makes it whole, its fields in the model's own order. */
  of(given?: Given<Model<F>> | null, place?: string): Whole<Model<F>>;
}

/** An object of these fields. */
export function model<F extends Fields>(name: string, fields: F): Model<F> {
  return {
    of(given, place = name) {
      const parts = (given ?? {}) as Record<string, never>;
      const stranger = Object.keys(parts).find((key) => !Object.hasOwn(fields, key));
      if (stranger !== undefined) {
        throw new TypeError(`${place} has no field ${stranger}`);
      }
      const whole = Object.entries(fields).map(([key, field]) => {
        return [key, field(parts[key], `${place}.${key}`)] as const;
      });
      const there = whole.filter(([, value]) => value !== undefined);
      return Object.fromEntries(there) as Whole<Model<F>>;
    },
  };
}

/** Text, or `null`. */
export const text = scalar<string>("text", (given) => typeof given === "string");

/** A flag, or `null`. */
export const flag = scalar<boolean>("flag", (given) => typeof given === "boolean");

/** A whole number from 0 on, or `null`. */
export const count = scalar<number>("whole number from 0 on", (given) => {
  return Number.isSafeInteger(given) && Number(given) >= 0;
});

/** A number, or `null`; a {@link Numeral} keeps its digits. */
export const number = scalar<number | Numeral>("number", (given) => {
  return typeof given === "number" || given instanceof Numeral;
});

function scalar<T>(what: string, fits: (given: unknown) => boolean): Field<T, T | null> {
  return (given, place) => {
    if (given !== null && given !== undefined && !fits(given)) {
      throw new TypeError(`${place} is no ${what}`);
    }
    return given ?? null;
  };
}

/** A list of texts. */
export const texts: Field<readonly string[], string[]> = (given, place) => {
  const list = [...(given ?? [])];
  list.forEach((it) => text(it, place));
  return list;
};

/** An object that is always there. */
export function nested<F>(model: Model<F>): Field<Given<Model<F>>, Whole<Model<F>>> {
  return (given, place) => model.of(given, place);
}

/** An object that either is or isn't: `null`. */
export function maybe<F>(model: Model<F>): Field<Given<Model<F>>, Whole<Model<F>> | null> {
  return (given, place) => (given === null || given === undefined ? null : model.of(given, place));
}

/** A list of objects that is not there where it is empty. */
export function rare<F>(
  model: Model<F>,
): Field<readonly Given<Model<F>>[], Whole<Model<F>>[] | undefined> {
  return (given, place) => (given?.length ? list(model)(given, place) : undefined);
}

/** A list of objects. */
export function list<F>(model: Model<F>): Field<readonly Given<Model<F>>[], Whole<Model<F>>[]> {
  return (given, place) => (given ?? []).map((it) => model.of(it, place));
}
