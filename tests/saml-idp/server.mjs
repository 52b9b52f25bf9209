// A SAML 2.0 identity provider for the tests: it reads its key and its certificate from one line of JSON, listens on a free
// port of the machine itself, says which in one line, and ends when whoever started it does. Anybody logs in as whatever
// the parameter `account` says; `sign` says what is signed (`assertion`, `response` or `both`), and `deny` refuses.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import samlp from "samlp";

const persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

const start = ({ key, cert }) => {
  const server = createServer();
  server.listen(0, "127.0.0.1", () => {
    const own = `http://127.0.0.1:${server.address().port}`;
    const issuer = `${own}/metadata`;
    const metadata = samlp.metadata({
      issuer,
      cert,
      redirectEndpointPath: "/sso",
      postEndpointPath: "/sso",
      logoutEndpointPaths: { redirect: "/logout", post: "/logout" },
    });
    const logIn = (request, response) => {
      const { account, sign = "assertion", deny } = request.query;
      samlp.parseRequest(request, (error, asked) => {
        if (error) return response.send(400, String(error));
        const acs = asked.assertionConsumerServiceURL;
        const common = { issuer, key, cert, destination: acs, inResponseTo: asked.id, RelayState: request.query.RelayState };
        const failed = (error) => response.send(500, String(error));
        if (deny) {
          const denied = { code: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", description: "no" };
          return samlp.sendError({ ...common, error: denied, getPostURL: (_, use) => use(null, acs) })(request, response, failed);
        }
        return samlp.auth({
          ...common,
          recipient: acs,
          audience: asked.issuer,
          nameIdentifierFormat: persistent,
          signAssertion: sign !== "response",
          signResponse: sign !== "assertion",
          lifetimeInSeconds: 300,
          getPostURL: (_audience, _document, _request, use) => use(null, acs),
          getUserFromRequest: () => ({
            id: account,
            displayName: account,
            emails: [{ value: `${account}@example.com` }],
            name: { givenName: account, familyName: "Lovelace" },
          }),
        })(request, response, failed);
      });
    };
    server.on("request", (request, response) => {
      const url = new URL(request.url, own);
      // As much of Express as the library needs.
      Object.assign(request, { originalUrl: request.url, protocol: "http", query: Object.fromEntries(url.searchParams) });
      response.set = (name, value) => response.setHeader(name, value);
      response.send = (status, body) => {
        if (body !== undefined) response.statusCode = status;
        response.end(body ?? status);
      };
      if (url.pathname === "/metadata") metadata(request, response);
      else if (url.pathname === "/sso") logIn(request, response);
      else response.send(404, "nothing here");
    });
    console.log(`listening ${own}`);
  });
};

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => start(JSON.parse(line)));
lines.on("close", () => process.exit(0));
