// An OpenID Connect provider for the tests: it listens on a free port of the machine itself, says which in one line, and
// ends when whoever started it does. Anybody logs in with any name; what the name begins with decides what is said
// about the person, and `POST /test/email?account=ada&email=new@example.com` gives them another e-mail address.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const jwk = (type, options, use) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), ...use };
};
const keys = [
  jwk("rsa", { modulusLength: 2048 }, { use: "sig", alg: "RS256" }),
  jwk("ec", { namedCurve: "P-256" }, { use: "sig", alg: "ES256" }),
];

const redirect_uris = ["https://shop.example/log-in", "https://blog.example/log-in"];
const client = (client_id, more) => ({
  client_id,
  client_secret: "a secret that only the tests know",
  redirect_uris,
  grant_types: ["authorization_code"],
  response_types: ["code"],
  ...more,
});

const emails = new Map();

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      client("shop", {}),
      client("curve", { id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_post" }),
    ],
    jwks: { keys },
    cookies: { keys: ["a key that only the tests know"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["given_name", "family_name"] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: emails.get(id) ?? `${id.replace(/^unverified-/, "")}@example.com`,
        email_verified: !id.startsWith("unverified-"),
        given_name: id,
        family_name: "Lovelace",
      }),
    }),
  });
  // The development pages are for the eye alone; nothing is loaded from elsewhere.
  const handle = provider.callback();
  server.on("request", (request, response) => {
    const url = new URL(request.url, issuer);
    if (request.method === "POST" && url.pathname === "/test/email") {
      emails.set(url.searchParams.get("account"), url.searchParams.get("email"));
      response.end();
    } else {
      handle(request, response);
    }
  });
  console.log(`listening ${issuer}`);
});

process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
