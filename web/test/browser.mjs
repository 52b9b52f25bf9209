// Uses the query page as people do, in Chromium. What to expect comes as JSON on the standard input, from the test of the
// service that has made the data; the first thing that is not as it should be ends it with an error.

import assert from "node:assert/strict";
import { mkdtemp, mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { chromium } from "playwright-core";

const { url, password, recoveryCode, customers, screenshots } = JSON.parse(await text(process.stdin));
const profile = await mkdtemp(path.join(tmpdir(), "query-page-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
  ],
  viewport: { width: 1440, height: 900 },
  acceptDownloads: true,
});
context.setDefaultTimeout(30_000);

const elsewhere = [];
const complaints = [];
context.on("request", (request) => {
  const to = new URL(request.url());
  if (to.origin !== url && to.protocol !== "data:" && to.protocol !== "blob:") elsewhere.push(request.url());
});
await context.addInitScript(() => {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""} ${event.sample ?? ""}`);
  });
});

const page = context.pages()[0] ?? (await context.newPage());
page.on("console", (message) => {
  // The explorer says so of lists among the arguments, which it cannot change.
  if (message.type() === "error" && !message.text().startsWith("arg mismatch")) complaints.push(message.text());
});
page.on("pageerror", (error) => {
  // The editor says so of what it had still to do when it was closed.
  if (String(error) !== "Canceled: Canceled") complaints.push(String(error));
});

const button = (name, within = page) => within.getByRole("button", { name, exact: true });
const shot = async (name) => {
  if (!screenshots) return;
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
};

async function logIn(name, actor = "Staff") {
  await page.getByRole("radio", { name: actor }).check();
  await page.getByLabel("E-mail address").fill(`${name}@example.com`);
  await page.getByLabel("Password").fill(password);
  await button("Log in").click();
}

async function logOut() {
  await button("Log out").click();
  await page.getByText("You are logged out.").waitFor();
  const kept = await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("query page")));
  // What the editor writes late is found at the log-out of whoever comes next.
  assert.deepEqual(kept, [], "nothing is kept after the log-out");
  assert.deepEqual((await context.cookies()).filter((cookie) => cookie.value !== ""), []);
}

/** The page has the editor, and the schema of whoever is logged in. */
async function ready() {
  await page.locator(".graphiql-query-editor .monaco-editor .view-line").first().waitFor();
  await page.locator(".graphiql-doc-explorer, .graphiql-sidebar").first().waitFor();
}

async function write(name, query) {
  await button("New tab").click();
  await page.locator(".graphiql-query-editor .monaco-editor").first().click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(query);
  await page.getByRole("tab", { name }).waitFor();
}

async function run() {
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await page.getByRole("status", { name: "What the answer took" }).getByText(/\d ms/).waitFor();
}

/** Opens one of the panels on the left. */
async function open(name) {
  await page.locator(".graphiql-sidebar").getByRole("button", { name, exact: false }).first().click();
}

/** The names of the fields that the documentation shows of the queries. */
async function documented() {
  await open("Documentation");
  const type = page.locator(".graphiql-doc-explorer-content").getByRole("link", { name: "Query", exact: true });
  await type.or(page.locator(".graphiql-doc-explorer-root-type").first().locator("a")).first().click();
  await page.locator(".graphiql-doc-explorer-content .graphiql-doc-explorer-field-name").first().waitFor();
  const names = await page.locator(".graphiql-doc-explorer-content .graphiql-doc-explorer-field-name").allTextContents();
  await open("Documentation");
  return names;
}

async function download(name, before = async () => {}) {
  await button("CSV …").click();
  const dialog = page.getByRole("dialog", { name: "Take the rows along" });
  await before(dialog);
  const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name }).click()]);
  const bytes = await readFile(await file.path());
  if (name === "All pages") {
    await dialog.getByText(/^[\d,]+ rows from \d+ pages\.$/).waitFor();
    await shot("5-downloaded");
    await dialog.getByRole("button", { name: "Close" }).click();
  }
  await dialog.waitFor({ state: "detached" });
  return { name: file.suggestedFilename(), text: bytes.toString("utf8") };
}

async function holdsNothing() {
  const kept = await page.evaluate(() => ({ local: localStorage.length, cookies: document.cookie }));
  assert.deepEqual(kept, { local: 0, cookies: "" }, "scripts see no token, and nothing outlives the tab");
}

try {
  await page.goto(url);
  await button("Log in").waitFor();
  await shot("1-log-in");

  // An analyst runs an example and sees a table.
  await logIn("ann");
  await ready();
  await page.getByText("ann@example.com").waitFor();
  await shot("2-analyst");
  await run();
  await page.locator(".graphiql-response").getByText('"totalCount"').first().waitFor();
  assert.match(await page.getByRole("status", { name: "What the answer took" }).textContent(), /Cost: \w+ \d/);
  await button("Table").click();
  await page.getByRole("columnheader", { name: "displayName" }).waitFor();
  await shot("3-table");
  await button("Table").click();
  await open("Examples");
  await page.getByRole("heading", { name: "Analyst" }).waitFor();
  await button("Which orders were refunded since a day, and whose are they?").click();
  await page.getByRole("tab", { name: "Refunds" }).last().waitFor();
  await shot("4-examples");
  await open("Examples");
  await holdsNothing();
  await page.reload();
  await ready();
  await page.getByRole("tab", { name: "Refunds" }).last().waitFor();
  await logOut();

  // Somebody with a second factor takes all pages along, and shares a query with those who have the same role.
  await page.getByLabel("E-mail address").fill("sam@example.com");
  await page.getByLabel("Password").fill("not the password");
  await button("Log in").click();
  await page.locator(".page-wrong[role=alert]").waitFor();
  await logIn("sam");
  await page.getByLabel("Code of your app, or a recovery code").fill(recoveryCode);
  await button("Confirm").click();
  await ready();
  const tabs = (await page.getByRole("tab").allTextContents()).map((text) => /^(LoyalCustomers|Search)?/.exec(text)[0]);
  assert.deepEqual(tabs, ["LoyalCustomers", "Search"], "what Sam may ask, and no orders");
  const query = "query Names { customers(first: 10, sort: [{ key: EMAIL }]) { totalCount nodes { firstName lastName email } } }";
  await write("Names", query);
  await run();
  const some = await download(/^This page/);
  assert.match(some.name, /^customers-\d{4}-\d\d-\d\d\.csv$/);
  assert.equal(some.text.split("\r\n").length, 12, "a head, ten rows, and an end");
  const all = await download("All pages", (dialog) => dialog.getByLabel("Byte order mark").check());
  const expected = ["firstName,lastName,email", ...customers.map((one) => one.csv)].map((line) => `${line}\r\n`).join("");
  assert.equal(all.text, `\ufeff${expected}`);
  const plain = await download("All pages", (dialog) => dialog.getByLabel("Safe for spreadsheets").uncheck());
  assert.ok(plain.text.includes("\r\n=1+1,") && !plain.text.includes("'="), "as it is, for programs");

  await open("Saved queries");
  await button("Save this tab …").click();
  const form = page.getByRole("form", { name: "Save this tab" });
  await form.getByLabel("Name", { exact: true }).fill("Names of all");
  await form.getByLabel("What it is for").fill("For letters");
  assert.equal(await form.getByRole("group", { name: /^Share/ }).getByRole("checkbox").count(), 1, "Sam's own role");
  await form.getByLabel("Desk", { exact: true }).check();
  await shot("6-save");
  await button("Save", form).click();
  await button("Names of all").waitFor();
  await shot("7-saved");
  await holdsNothing();
  await logOut();

  // A colleague finds it, and sees no more than the role allows.
  await logIn("kim");
  await ready();
  await open("Saved queries");
  await page.getByRole("heading", { name: "Shared with you" }).waitFor();
  await button("Names of all").click();
  await page.getByRole("tab", { name: "Names" }).waitFor();
  await run();
  await page.locator(".graphiql-response").getByText('"firstName"').first().waitFor();
  assert.equal(await button("Change Names of all").count(), 0, "it is not Kim's");
  const forDesk = await documented();
  assert.ok(forDesk.includes("customers") && forDesk.includes("savedQueries"), forDesk.join());
  for (const hidden of ["staffUsers", "orderLinks", "apiKeys"]) assert.ok(!forDesk.includes(hidden), hidden);
  await shot("8-documentation");
  await open("GraphiQL Explorer");
  await page.locator(".graphiql-explorer-root, .docExplorerWrap").first().getByText("customers", { exact: true }).first().waitFor();
  assert.equal(await page.locator(".graphiql-explorer-root, .docExplorerWrap").first().getByText("orderLinks", { exact: true }).count(), 0);
  await shot("9-explorer");
  await holdsNothing();
  await logOut();

  // A customer sees their own, by keyboard alone.
  await page.getByRole("radio", { name: "Staff" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await page.keyboard.type("ada@example.com");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await ready();
  const forAda = await documented();
  assert.ok(forAda.includes("me"), forAda.join());
  for (const hidden of ["customers", "savedQueries", "customerGroups"]) assert.ok(!forAda.includes(hidden), hidden);
  await page.getByRole("tab", { name: /^Me\b/ }).click();
  await page.locator(".graphiql-query-editor .monaco-editor").first().click();
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.locator(".graphiql-response").getByText("ada@example.com").first().waitFor();

  // She listens to herself, and stops.
  const streamed = page.waitForResponse((response) => response.headers()["content-type"] === "text/event-stream");
  await write("News", "subscription News { customerChanged { kind customer { lastName } } }");
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await streamed;
  const rename = (lastName) =>
    page.evaluate(async (query) => {
      const headers = { "content-type": "application/json", "session-mode": "cookie" };
      await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) });
    }, `mutation { profileUpdate(input: { lastName: "${lastName}" }) { userErrors { code } } }`);
  for (const lastName of ["Byron", "King"]) {
    await rename(lastName);
    await page.locator(".graphiql-response").getByText(`"${lastName}"`).first().waitFor();
  }
  await page.getByRole("button", { name: /^Stop/ }).click();
  await page.getByRole("button", { name: /^Execute query/ }).waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("10-dark");
  await holdsNothing();
  await logOut();
  await shot("11-log-in-dark");

  assert.deepEqual(elsewhere, [], "nothing is asked of another host");
  // A log-in that is refused is no error of the page.
  assert.deepEqual(complaints, [], "the page has nothing to complain about");
} catch (error) {
  await shot("failed");
  console.error(`At ${page.url()}: ${complaints.join("\n")}`);
  throw error;
} finally {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
