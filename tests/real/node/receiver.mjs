// A webhook receiver that verifies every POST with the `standardwebhooks` library for JavaScript.

import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { endWithParent, listen, say } from "./parent.mjs";

const webhook = new Webhook(process.env.ROUNDS_WEBHOOK_SECRET);

/** What is told of one request, verified or not. */
function received(headers, raw) {
  const line = { id: headers["webhook-id"], timestamp: headers["webhook-timestamp"], raw };
  try {
    return { ...line, ok: true, body: webhook.verify(raw, headers) };
  } catch (error) {
    return { ...line, ok: false, error: error.message, body: parsed(raw) };
  }
}

/** The JSON of a body that was refused, if it is any. */
function parsed(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

endWithParent();
listen(
  createServer(async (request, response) => {
    const parts = await request.toArray();
    const line = received(request.headers, Buffer.concat(parts).toString("utf8"));
    say(line);
    response.writeHead(line.ok ? 204 : 401).end();
  }),
);
