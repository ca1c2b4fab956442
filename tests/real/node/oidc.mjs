// A sign-in server for client credentials that really checks its clients, `private_key_jwt` included.
//
// ROUNDS_OIDC_CLIENTS holds the clients as JSON, ROUNDS_OIDC_SECONDS how long a token lasts.
// One line on stdout for every token: {"client", "ok", "error"?}.

import { createServer } from "node:http";
import Provider from "oidc-provider";
import { endWithParent, say } from "./parent.mjs";

const seconds = Number(process.env.ROUNDS_OIDC_SECONDS ?? 300);
const SCOPES = ["system/*.read", "system/*.rs", "system/*.*"];
const RESOURCE = "urn:rounds:ehr";

const settings = {
  clients: JSON.parse(process.env.ROUNDS_OIDC_CLIENTS).map((client) => ({
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    ...client,
  })),
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  enabledJWA: { clientAuthSigningAlgValues: ["RS384", "ES384"] },
  scopes: SCOPES,
  ttl: { ClientCredentials: seconds },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => RESOURCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPES.join(" "),
        accessTokenTTL: seconds,
        accessTokenFormat: "opaque",
      }),
    },
  },
};

endWithParent();
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  // The issuer holds the port, so the port is chosen before the provider exists.
  const provider = new Provider(`http://127.0.0.1:${port}`, settings);
  provider.on("grant.success", ({ oidc }) => say({ client: oidc.client.clientId, ok: true }));
  provider.on("grant.error", ({ oidc }, error) =>
    say({ client: oidc.client?.clientId ?? null, ok: false, error: error.error_detail ?? error.message }),
  );
  server.on("request", provider.callback());
  say({ port });
});
