/** The smallest connector: its EHR answers `GET /patients?since=…` with who changed since. */
import { Action, Change, connector, fit, Page, readEach, Request, shape } from "rounds-sdk";

/** Pairs of id and version, and from when to ask next. */
const Changed = shape.object({ patients: shape.list(shape.any), until: shape.text });
const Pair = shape.tuple(shape.text, shape.text);

export default connector({
  describe: () => ({
    name: "hello",
    version: "0.1.0",
    summary: "Tells which patients changed",
    actions: [Action.feed("patients", "Patients", ["PatientAdmin.PatientUpdate"], 1)],
    requests: ["GET /patients"],
  }),

  poll: (context, cursor) => Request.get("/patients").query("since", cursor ?? context.since),

  changes(_context, _cursor, answer) {
    const { patients, until } = answer.ok().json(Changed);
    return Page.last(until, readEach("patients", patients, changeOf));
  },
});

function changeOf(record: unknown): Change {
  const [id, version] = fit(record, Pair);
  return Change.upserted(id, {}, { version });
}
