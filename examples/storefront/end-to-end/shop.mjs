// Starts what a shop consists of: the service on a fresh database, the storefront before it, and a mail server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const STOREFRONT = fileURLToPath(new URL("..", import.meta.url));
const PATIENCE = 60_000;
const LINK = /https?:\/\/\S+#token=[\w-]+/;

const running = [];

/** Ends everything that was started, the last first. */
export async function endAll() {
  for (const child of running.reverse()) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  }
}

/** Runs a program until it says that it is ready; answers what it had said by then. */
async function start(command, parameters, { env = {}, cwd, ready }) {
  const child = spawn(command, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const said = [];
  const lines = (stream) => createInterface({ input: stream });
  const isReady = new Promise((resolve, reject) => {
    const hear = (line) => {
      said.push(line);
      if (ready.test(line)) resolve(said.join("\n"));
    };
    lines(child.stdout).on("line", hear);
    lines(child.stderr).on("line", hear);
    const giveUp = (why) => reject(new Error(`${command} ${parameters.join(" ")} ${why}:\n${said.join("\n")}`));
    child.on("error", (error) => giveUp(error.message));
    child.on("exit", (code) => giveUp(`ended with ${code}`));
    setTimeout(() => giveUp("did not become ready"), PATIENCE).unref();
  });
  return isReady;
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The demo: made-up customers, a mailbox to look into, accounts that are open at once. */
export async function startDemo(binary, folder) {
  const [port, storefrontPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${storefrontPort}`;
  const env = { CUSTOMER_GRAPH_MAIL_STOREFRONT_URL: `${url}/account` };
  const parameters = ["demo", "--customers", "300", "--port", String(port), "--database", `${folder}/demo.sqlite`];
  const said = await start(binary, parameters, { env, ready: /Ctrl-C ends it/ });
  const service = `http://127.0.0.1:${port}`;
  await startStorefront(storefrontPort, service);
  return {
    url,
    service,
    key: /^Back office\s+(\S+)$/m.exec(said)[1],
    customer: /^ {2}(.+), (\S+@\S+) \(cus_/m.exec(said).slice(1),
    password: /^Customers, password (\S+);/m.exec(said)[1],
    // The page of the newest letter.
    letterFor: (address) =>
      eventually(async () => {
        const list = await (await fetch(`${service}/mailbox`)).text();
        const row = list.split("<tr>").find((one) => one.includes(`<td>${address}</td>`));
        return row && `${service}${/href="(\/mailbox\/\d+)"/.exec(row)[1]}`;
      }),
  };
}

/**
 * The service as it is run for real: every e-mail address must be proven, mail goes out through a mail server, and
 * nobody without an account of the back office may ask for anything but these documents.
 */
export async function startService(binary, folder, documents) {
  const [port, storefrontPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${storefrontPort}`;
  const mail = await startMailServer();
  const trusted = `${folder}/documents.json`;
  await writeFile(trusted, JSON.stringify(documents));
  const env = {
    CUSTOMER_GRAPH_DATABASE_URL: `sqlite://${folder}/shop.sqlite`,
    CUSTOMER_GRAPH_SERVER_LISTEN: `127.0.0.1:${port}`,
    CUSTOMER_GRAPH_MAIL_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    CUSTOMER_GRAPH_MAIL_STOREFRONT_URL: `${url}/account`,
    CUSTOMER_GRAPH_TRUSTED_DOCUMENTS_FILE: trusted,
    CUSTOMER_GRAPH_TRUSTED_DOCUMENTS_STORE: "require",
  };
  const service = `http://127.0.0.1:${port}`;
  await start(binary, ["serve"], { env, ready: /serving http/ });
  const made = await start(binary, ["api-key", "create", "--name", "Orders", "--permissions", "customers:read,orders:*"], {
    env,
    ready: /cgk_/,
  });
  await startStorefront(storefrontPort, service);
  return { url, service, key: /cgk_\S+/.exec(made)[0], linkFor: mail.linkFor };
}

async function startStorefront(port, service) {
  const next = `${STOREFRONT}/node_modules/next/dist/bin/next`;
  const env = { GRAPHQL_URL: `${service}/graphql`, NEXT_TELEMETRY_DISABLED: "1" };
  await start(process.execPath, [next, "start", "--hostname", "localhost", "--port", String(port)], { cwd: STOREFRONT, env, ready: /Ready in/ });
}

/** A mail server that keeps what it is given. */
async function startMailServer() {
  const letters = [];
  const server = createServer((socket) => {
    let data = null;
    const say = (line) => socket.write(`${line}\r\n`);
    say("220 localhost");
    const lines = createInterface({ input: socket });
    // Who hangs up without a word has sent their letter before.
    for (const stream of [socket, lines]) stream.on("error", () => {});
    lines.on("line", (line) => {
      if (data) {
        if (line !== ".") return data.push(line);
        letters.unshift(data.join("\n"));
        data = null;
        return say("250 kept");
      }
      if (/^DATA/i.test(line)) {
        data = [];
        return say("354 go on");
      }
      if (/^QUIT/i.test(line)) {
        say("221 bye");
        return socket.end();
      }
      say("250 localhost");
    });
  }).listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  const linkFor = (address, path) =>
    eventually(() => {
      const theirs = letters.filter((letter) => letter.toLowerCase().includes(`to: ${address}`));
      const links = theirs.map((letter) => letter.replaceAll("=\n", "").replaceAll("=3D", "=").match(LINK)?.[0]);
      return links.find((link) => link?.includes(path));
    });
  return { port: server.address().port, linkFor };
}

/** Asks until there is an answer. */
async function eventually(ask) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`There was no answer: ${ask}`);
}
