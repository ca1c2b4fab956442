// What every small server here shares: it says where it listens and ends with whoever started it.

export const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Exits when stdin closes, which it does however the parent ends. */
export const endWithParent = () => process.stdin.on("close", () => process.exit(0)).resume();

/** Listens on a free port of 127.0.0.1 and says which. */
export const listen = (server) =>
  server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
