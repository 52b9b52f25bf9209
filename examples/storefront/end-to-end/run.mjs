// A customer in a browser, from the first page to the last: run.mjs <program of the service>
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import manifest from "../gql/persisted-documents.json" with { type: "json" };
import { endAll, startDemo, startService } from "./shop.mjs";

const binary = process.argv[2] ?? "../../target/debug/customer-graph";
const pictures = process.env.PICTURES;
const PASSWORD = "correct horse battery staple";

// What the service takes as its trusted documents: each under the SHA-256 of its text.
const hashOf = (document) => `sha256:${createHash("sha256").update(document).digest("hex")}`;
for (const [hash, document] of Object.entries(manifest)) {
  assert.equal(hash, hashOf(document));
}

// What another frontend of the company asks, such as an app, of the same customers.
const OTHER = {
  logIn: "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { accessToken } }",
  logOut: "mutation { sessionEnd(input: { all: true }) { endedCount } }",
  enroll: "mutation { mfaEnrollStart(input: {}) { secret userErrors { message } } }",
  confirm: "mutation($code: String!) { mfaEnrollConfirm(input: { code: $code }) { recoveryCodes userErrors { message } } }",
};
const trusted = { ...manifest, ...Object.fromEntries(Object.values(OTHER).map((document) => [hashOf(document), document])) };

const folder = await mkdtemp(join(tmpdir(), "storefront-"));
let browser;
let place = "";
try {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const service = await startService(binary, folder, trusted);
  await step("the service takes the documents of the frontends and no others", () => othersAreRefused(service));
  await step("an account is opened when its e-mail address is proven", () => openAccount(service));
  await step("only the browser that asked for an account has its password", () => openAccountElsewhere(service));
  await step("a forgotten password is replaced", () => forgottenPassword(service));
  await step("a second factor is asked for where there is one", () => secondFactor(service));
  const demo = await startDemo(binary, folder);
  await step("a customer of the demo sees their orders, page by page", () => ordersOfTheDemo(demo));
  await step("an account of the demo is open at once, and its address is proven later", () => openAccountInTheDemo(demo));
} catch (error) {
  console.error(`FAILED at: ${place}`);
  throw error;
} finally {
  await browser?.close();
  await endAll();
  await rm(folder, { recursive: true, force: true });
}

async function othersAreRefused({ service, key }) {
  const ask = async (body, headers) => {
    const options = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
    return (await fetch(`${service}/graphql`, options)).json();
  };
  const query = "{ viewer { kind } }";
  assert.equal((await ask({ query })).errors[0].extensions.code, "FORBIDDEN");
  assert.equal((await ask({ query }, { authorization: `Bearer ${key}` })).data.viewer.kind, "API_KEY");
  const documentId = hashOf(OTHER.logOut);
  // What is known is judged as always: nobody is logged in here.
  assert.equal((await ask({ documentId })).errors[0].extensions.code, "UNAUTHENTICATED");
}

async function openAccount({ url, key, service, linkFor }) {
  const ada = await visitor(url);
  const { page } = ada;

  await note("every complaint is at its field");
  await page.goto("/");
  await page.getByRole("link", { name: "Open an account" }).click();
  await page.getByLabel("E-mail address").fill("ada");
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Open the account" }).click();
  await page.getByText("This is not an e-mail address.").waitFor();
  await picture(page, "sign-up-complaints");
  for (const label of ["E-mail address", "Password"]) {
    assert.equal(await page.getByLabel(label).getAttribute("aria-invalid"), "true");
    const ids = (await page.getByLabel(label).getAttribute("aria-describedby")).split(" ");
    assert.notEqual(await page.locator(`[id="${ids.at(-1)}"]`).textContent(), "");
  }
  assert.equal(await focused(page), "email");

  await note("nothing is open before the link in the mail was followed");
  await page.getByLabel("First name").fill("Ada");
  await page.getByLabel("E-mail address").fill("ada@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Open the account" }).click();
  await page.getByRole("heading", { name: "Look for our mail" }).waitFor();
  await page.goto("/account");
  await page.getByRole("heading", { name: "Log in" }).waitFor();

  await note("the link opens the account, and leaves nothing in the address");
  await page.goto(await linkFor("ada@example.com", "/account/registration"));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  await page.getByText("Your e-mail address is confirmed.").waitFor();
  assert.ok(!page.url().includes("#"), page.url());
  await page.goBack();
  assert.ok(!page.url().includes("token"), page.url());
  await page.goto("/account");
  await picture(page, "profile");

  await profile(page);
  await addresses(ada, url);
  await orders(page, { key, service, email: "ada@example.com" });
  await theSessionGoesOn(ada);
  await nothingIsInReach(ada);
  await otherWays(page);
  await theSessionEndsElsewhere(page, service);
  await logOut(ada, url);
  ada.check();
}

async function profile(page) {
  await note("the profile is changed");
  await page.getByLabel("Last name").fill("Lovelace");
  await page.getByLabel("Company").fill("Analytical Engines");
  await page.getByLabel("Language").selectOption("de");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your profile is saved.").waitFor();
  await page.getByRole("link", { name: "Ada Lovelace" }).waitFor();
  await page.reload();
  await page.getByLabel("Company").waitFor();
  assert.equal(await page.getByLabel("Company").inputValue(), "Analytical Engines");
  assert.equal(await page.getByLabel("Language").inputValue(), "de");

  await note("a field that is emptied is cleared, and the others stay");
  await page.getByLabel("Company").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Your profile is saved.").waitFor();
  await page.reload();
  await page.getByLabel("Company").waitFor();
  assert.equal(await page.getByLabel("Company").inputValue(), "");
  assert.equal(await page.getByLabel("Last name").inputValue(), "Lovelace");

  await note("what was changed elsewhere in the meantime is not overwritten");
  const other = await page.context().newPage();
  await other.goto("/account");
  await other.getByLabel("Phone").fill("+49 30 901820");
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("Your profile is saved.").waitFor();
  await other.close();
  await page.getByLabel("Phone").fill("1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("form [role=alert]").waitFor();
  await page.reload();
  await page.getByLabel("Phone").waitFor();
  assert.equal(await page.getByLabel("Phone").inputValue(), "+49 30 901820");
}

async function addresses({ page }, url) {
  await note("the form has the fields of the country");
  await page.getByRole("link", { name: "Addresses" }).click();
  await page.getByText("You have none yet.").waitFor();
  await page.getByRole("link", { name: "Add an address" }).click();
  await page.getByLabel("Country").selectOption("US");
  await page.getByLabel("State").waitFor();
  await page.getByLabel("Street and number").fill("12 St James Square");
  await page.getByLabel("Country").selectOption("DE");
  await page.getByText("Such as").first().waitFor();
  await page.getByLabel("State").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Street and number").inputValue(), "12 St James Square", "what was typed stays");

  await note("every complaint about an address is at its field");
  await page.getByLabel("Postal code").fill("1");
  await page.getByRole("button", { name: "Save the address" }).click();
  await page.getByText("A postal code of Germany looks like").waitFor();
  await picture(page, "address-complaints");
  for (const label of ["First name", "Last name", "City, town or village", "Postal code"]) {
    assert.equal(await page.getByLabel(label).getAttribute("aria-invalid"), "true", label);
  }
  assert.equal(await page.getByLabel("Street and number").getAttribute("aria-invalid"), null);

  await note("addresses are added, changed, made the default and deleted");
  const add = async (name, street) => {
    await page.getByLabel("First name").fill("Ada");
    await page.getByLabel("Last name").fill("Lovelace");
    await page.getByLabel("Street and number").fill(street);
    await page.getByLabel("Postal code").fill("10115");
    await page.getByLabel("City, town or village").fill("Berlin");
    await page.getByLabel("What you call it").fill(name);
    await page.getByRole("button", { name: "Save the address" }).click();
    await page.getByRole("article", { name }).waitFor();
  };
  await page.getByLabel("for deliveries").check();
  await add("Home", "Invalidenstr. 116");
  await page.getByRole("link", { name: "Add an address" }).click();
  await page.getByLabel("Country").selectOption("DE");
  await add("Office", "Chausseestr. 1");
  const home = page.getByRole("article", { name: "Home" });
  const office = page.getByRole("article", { name: "Office" });
  await home.getByText("For deliveries", { exact: true }).waitFor();
  await office.getByRole("button", { name: "Use for deliveries" }).click();
  await office.getByText("For deliveries", { exact: true }).waitFor();
  await home.getByText("For deliveries", { exact: true }).waitFor({ state: "detached" });
  await picture(page, "addresses");
  await office.getByRole("link", { name: "Change Office" }).click();
  await page.getByLabel("Street and number").fill("Chausseestr. 2");
  assert.equal(await page.getByLabel("for deliveries").isChecked(), true);
  const officePage = page.url();
  await page.getByRole("button", { name: "Save the address" }).click();
  await office.getByText("Chausseestr. 2").waitFor();
  await home.getByRole("button", { name: "Delete Home" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  await home.getByRole("button", { name: "Delete Home" }).click();
  await picture(page, "delete");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await home.waitFor({ state: "detached" });
  assert.equal(await page.getByRole("article").count(), 1);

  await note("a stranger sees nothing of it");
  const stranger = await visitor(url);
  for (const path of ["/account", "/account/addresses", officePage, "/account/orders"]) {
    await stranger.page.goto(path);
    await stranger.page.getByRole("heading", { name: "Log in" }).waitFor();
  }
  assert.ok(stranger.answers.length > 0 && stranger.answers.every((answer) => !/Ada|Berlin|cus_/.test(answer)));
  stranger.check();
  await stranger.close();
}

async function orders(page, { key, service, email }) {
  await note("orders come page by page, with their lines");
  await placeOrders(service, key, email, 12);
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByText("12 orders, the newest first.").waitFor();
  const numbers = () => page.locator(".order .number").allTextContents();
  const wanted = (from, to) => Array.from({ length: from - to + 1 }, (_, place) => `#${from - place}`);
  assert.deepEqual(await numbers(), wanted(12, 8));
  await page.getByText("#12", { exact: true }).click();
  await page.getByRole("cell", { name: "Punched cards" }).first().waitFor();
  await page.getByText("€0.30").first().waitFor();
  await picture(page, "orders");
  await turn(page, "Older orders", "#7");
  assert.deepEqual(await numbers(), wanted(7, 3));
  await turn(page, "Older orders", "#2");
  assert.deepEqual(await numbers(), wanted(2, 1));
  assert.equal(await page.getByRole("link", { name: "Older orders" }).count(), 0);
  await turn(page, "Newer orders", "#7");
  assert.deepEqual(await numbers(), wanted(7, 3));
  await page.goBack();
  await page.getByText("#2", { exact: true }).waitFor();
  assert.deepEqual(await numbers(), wanted(2, 1));
}

async function turn(page, link, first) {
  await page.getByRole("link", { name: link }).click();
  await page.getByText(first, { exact: true }).waitFor();
}

async function theSessionGoesOn({ page, context }) {
  await note("a session is renewed, once for all tabs");
  const renewal = documentWith("sessionRefresh");
  let renewals = 0;
  // Slowly, so that the other tab needs it in the meantime.
  await context.route("**/graphql", async (route) => {
    if (route.request().postDataJSON().documentId === renewal) {
      renewals += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
    await route.continue();
  });
  const before = (await cookies(context))["__Host-refresh-token"];
  const other = await context.newPage();
  // A picture asks nothing by itself.
  await Promise.all([page.goto("/icon.svg"), other.goto("/icon.svg")]);
  await context.clearCookies({ name: "__Host-access-token" });
  await page.evaluate(() => {
    const times = JSON.parse(localStorage.getItem("session-times"));
    localStorage.setItem("session-times", JSON.stringify({ ...times, renewAt: 0 }));
  });
  await Promise.all([page.goto("/account/orders"), other.goto("/account")]);
  await page.locator(".order").first().waitFor();
  await other.getByLabel("Last name").waitFor();
  await other.close();
  await context.unroute("**/graphql");
  assert.equal(renewals, 1);
  const after = (await cookies(context))["__Host-refresh-token"];
  assert.notEqual(after.value, before.value);
}

async function theSessionEndsElsewhere(page, service) {
  await note("a session that was ended elsewhere is over");
  const ask = asking(service);
  const token = await tokenOf(ask, "ada@example.com");
  const { sessionEnd } = await ask(OTHER.logOut, {}, token);
  assert.ok(sessionEnd.endedCount >= 2);
  // Access tokens are refused within seconds.
  const logInPage = page.getByRole("heading", { name: "Log in" });
  for (const end = Date.now() + 15_000; Date.now() < end && !(await logInPage.isVisible()); ) {
    await page.reload();
    await Promise.race([logInPage.waitFor(), page.locator(".order").first().waitFor()]);
  }
  await logInPage.waitFor();
  await logIn(page, "ada@example.com", PASSWORD);
  await page.locator(".order").first().waitFor();
}

async function nothingIsInReach({ page, context, answers }) {
  await note("no token is within reach of a script");
  const jar = await cookies(context);
  for (const name of ["__Host-access-token", "__Host-refresh-token"]) {
    const { httpOnly, secure, sameSite } = jar[name];
    assert.deepEqual({ httpOnly, secure, sameSite }, { httpOnly: true, secure: true, sameSite: "Strict" });
  }
  const reach = await page.evaluate(() => [document.cookie, JSON.stringify(localStorage), JSON.stringify(sessionStorage)]);
  const secrets = Object.values(jar).map(({ value }) => value);
  for (const text of [...reach, ...answers]) {
    assert.ok(secrets.every((secret) => !text.includes(secret)));
    assert.ok(!/"(accessToken|refreshToken|ticket)":"/.test(text), text);
  }
}

async function otherWays(page) {
  await note("nothing but the documents of the shop is let through, and only from its own pages");
  const ask = (body, headers) =>
    page.evaluate(
      async ([body, headers]) => {
        const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) });
        return { status: answer.status, text: await answer.text() };
      },
      [body, { "content-type": "application/json", ...headers }],
    );
  const mode = { "session-mode": "cookie" };
  const query = "{ me { id email } }";
  for (const body of [{ query }, { query, documentId: "sha256:0" }, { documentId: "toString" }, { documentId: ["a"] }, []]) {
    const { status, text } = await ask(body, mode);
    assert.equal(status, 400);
    assert.match(text, /Ask one of the documents of this shop/);
  }
  const renewal = documentWith("sessionRefresh");
  assert.equal((await ask({ documentId: renewal }, {})).status, 403);
  assert.equal((await ask({ documentId: renewal, variables: { fill: "x".repeat(70_000) } }, mode)).status, 400);
}

async function logOut({ page, context }, url) {
  await note("after a log-out nothing is left, in no tab");
  const other = await context.newPage();
  await other.goto("/account/addresses");
  await other.getByRole("article", { name: "Office" }).waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("You are logged out.").waitFor();
  await other.getByRole("heading", { name: "Log in" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  assert.deepEqual(await cookies(context), {});
  for (const one of [page, other]) {
    assert.ok(!/Lovelace|Berlin/.test(await one.content()));
  }

  await note("one logs in again, and comes back to where one wanted to go, and never to another site");
  const wrong = await logIn(page, "ada@example.com", "not the password");
  assert.match(wrong, /do not (fit|match)|Log in|password/i);
  await logIn(page, "ada@example.com", PASSWORD);
  await page.locator(".order").first().waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("You are logged out.").waitFor();
  await page.goto("/log-in?next=//evil.example/account");
  await logIn(page, "ada@example.com", PASSWORD);
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  assert.equal(new URL(page.url()).origin, url);
}

async function openAccountElsewhere({ url, linkFor }) {
  const [asking, reading] = [await visitor(url), await visitor(url)];
  await signUp(asking.page, "grace@example.com");
  await reading.page.goto(await linkFor("grace@example.com", "/account/registration"));
  await reading.page.getByRole("button", { name: "Confirm" }).click();
  await reading.page.getByText("This is not the browser in which the account was asked for").waitFor();
  assert.deepEqual(await cookies(reading.context), {});
  for (const one of [asking, reading]) one.check();
  await asking.close();
  await reading.close();
}

async function forgottenPassword({ url, linkFor }) {
  const grace = await visitor(url);
  const { page } = grace;
  await page.goto("/forgotten-password");
  await page.getByLabel("E-mail address").fill("grace@example.com");
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByRole("heading", { name: "Look for our mail" }).waitFor();
  await page.goto(await linkFor("grace@example.com", "/account/password-reset"));
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("Your new password is set.").waitFor();
  await logIn(page, "grace@example.com", PASSWORD);
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  grace.check();
  await grace.close();
}

async function secondFactor({ url, service }) {
  const ask = asking(service);
  const token = await tokenOf(ask, "grace@example.com");
  const begun = await ask(OTHER.enroll, {}, token);
  assert.deepEqual(begun.mfaEnrollStart.userErrors, []);
  const set = await ask(OTHER.confirm, { code: oneTimeCode(begun.mfaEnrollStart.secret) }, token);
  assert.deepEqual(set.mfaEnrollConfirm.userErrors, []);

  const grace = await visitor(url);
  const { page } = grace;
  await page.goto("/log-in");
  await page.getByLabel("E-mail address").fill("grace@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByLabel("Code").fill("000 00x");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
  await picture(page, "second-factor");
  await page.getByLabel("Code").fill(set.mfaEnrollConfirm.recoveryCodes[0]);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  grace.check();
  await grace.close();
}

async function ordersOfTheDemo({ url, customer: [name, email], password }) {
  const customer = await visitor(url);
  const { page } = customer;
  await page.goto("/account/orders");
  await logIn(page, email, password);
  await page.getByText(/order(s)?, the newest first/).waitFor();
  await page.getByRole("link", { name }).waitFor();
  assert.ok((await page.locator(".order").count()) > 0);
  await picture(page, "orders-of-the-demo");
  await page.getByRole("link", { name: "Addresses" }).click();
  await page.getByRole("article").first().waitFor();
  await picture(page, "addresses-of-the-demo");
  customer.check();
  await customer.close();
}

async function openAccountInTheDemo({ url, letterFor }) {
  const { page, check, close } = await visitor(url);
  await signUp(page, "lin@example.com");
  await page.goto("/log-in");
  await logIn(page, "lin@example.com", PASSWORD);
  await page.getByText("Please open the link in our mail").waitFor();
  await picture(page, "unproven");
  await page.goto(await letterFor("lin@example.com"));
  await picture(page, "mail");
  await page.getByRole("link", { name: /#token=/ }).click();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("link", { name: "To your account" }).click();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  assert.equal(await page.getByText("Please open the link in our mail").count(), 0);
  check();
  await close();
}

/** Somebody with a browser of their own. */
async function visitor(url) {
  const context = await browser.newContext({ baseURL: url });
  context.setDefaultTimeout(15_000);
  const [answers, faults] = [[], []];
  context.on("response", async (response) => {
    if (new URL(response.url()).pathname === "/graphql") answers.push(await response.text().catch(() => ""));
  });
  context.on("weberror", (error) => faults.push(String(error.error())));
  context.on("console", (message) => {
    // An answer with another status than 200 is written there, too, and is no fault of the page.
    const isFault = message.type() === "error" && !/Failed to load resource/.test(message.text());
    if (isFault) faults.push(message.text());
  });
  const check = () => assert.deepEqual(faults, []);
  return { context, page: await context.newPage(), answers, check, close: () => context.close() };
}

async function signUp(page, email) {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Open the account" }).click();
  await page.getByRole("heading", { name: "Look for our mail" }).waitFor();
}

/** Answers the complaint, if there was one. */
async function logIn(page, email, password) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  const answered = page.waitForResponse(
    async (response) => response.url().endsWith("/graphql") && (await response.text()).includes("sessionCreate"),
  );
  await page.getByRole("button", { name: "Log in" }).click();
  const { data } = await (await answered).json();
  const complaint = data.sessionCreate.userErrors[0]?.message;
  if (complaint) await page.getByText(complaint).waitFor();
  return complaint;
}

async function cookies(context) {
  return Object.fromEntries((await context.cookies()).map((cookie) => [cookie.name, cookie]));
}

async function focused(page) {
  return page.evaluate(() => document.activeElement.getAttribute("name"));
}

/** The hash of the document that asks for a field. */
function documentWith(field) {
  return Object.keys(manifest).find((hash) => manifest[hash].includes(field));
}

/** The service itself, without the storefront. */
function asking(service) {
  return async (query, variables, token) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${service}/graphql`, { method: "POST", headers, body });
    const { data, errors } = await answer.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  };
}

async function tokenOf(ask, email) {
  return (await ask(OTHER.logIn, { input: { email, password: PASSWORD } })).sessionCreate.accessToken;
}

/** What an app shows that knows the secret (RFC 6238). */
function oneTimeCode(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(time).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** What the system that owns the orders does. */
async function placeOrders(service, key, email, count) {
  const ask = asking(service);
  const { customer } = await ask("query($email: Email!) { customer(email: $email) { id } }", { email }, key);
  const orders = Array.from({ length: count }, (_, place) => ({
    source: "shop",
    orderId: String(place + 1),
    displayId: `#${place + 1}`,
    customerId: customer.id,
    status: "completed",
    currencyCode: "EUR",
    totalAmount: "0.30",
    placedAt: `2026-01-${String(place + 1).padStart(2, "0")}T12:00:00Z`,
    sourceUpdatedAt: "2026-02-01T12:00:00Z",
    lines: [{ title: "Punched cards", quantity: 3, total: "0.30" }],
  }));
  const upsert = "mutation($input: OrderLinkUpsertInput!) { orderLinkUpsert(input: $input) { userErrors { code message } } }";
  const { orderLinkUpsert } = await ask(upsert, { input: { orders } }, key);
  assert.deepEqual(orderLinkUpsert.userErrors, []);
}

async function step(name, run) {
  place = name;
  const began = performance.now();
  await run();
  console.log(`ok  ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

async function note(name) {
  place = name;
  console.log(`  – ${name}`);
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
