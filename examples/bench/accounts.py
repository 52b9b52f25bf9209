"""Measures log-ins: how many a second, what they do to other requests, and whether the time tells who is known.

    python3 examples/bench/accounts.py [--samples 500] [--database URL]

Starts target/release/customer-graph on a database of its own (a SQLite file without --database), with rate limits and
the cool-down of mail out of the way, and ends it afterwards. Needs nothing but Python 3.
"""

import argparse
import http.client
import json
import math
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time

PORT = 4391
PASSWORD = "correct horse battery"


class Client:
    """One connection."""

    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def ask(self, query, variables=None, key=None):
        headers = {"content-type": "application/json"}
        if key:
            headers["authorization"] = f"Bearer {key}"
        body = json.dumps({"query": query, "variables": variables or {}})
        began = time.perf_counter()
        self.connection.request("POST", "/graphql", body, headers)
        response = self.connection.getresponse()
        text = response.read()
        return (time.perf_counter() - began) * 1_000, response.status, text


LOG_IN = "mutation($e: Email!, $p: String!) { sessionCreate(input: { email: $e, password: $p }) { accessToken userErrors { code message path } } }"
REGISTER = "mutation($e: Email!, $p: String!) { customerRegister(input: { email: $e, password: $p }) { isAccepted userErrors { code message path } } }"
RESET = "mutation($e: Email!) { passwordResetRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"
VERIFY = "mutation($e: Email!) { emailVerificationRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"


def mann_whitney(one, other):
    """The two-sided p value of the rank-sum test, by the normal approximation with a correction for ties."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, ties, position = [0.0, 0.0], 0, 0
    while position < len(ranked):
        end = position
        while end < len(ranked) and ranked[end][0] == ranked[position][0]:
            end += 1
        for _, group in ranked[position:end]:
            ranks[group] += (position + 1 + end) / 2
        ties += (end - position) ** 3 - (end - position)
        position = end
    n, m = len(one), len(other)
    total = n + m
    u = ranks[0] - n * (n + 1) / 2
    sigma = math.sqrt(n * m / 12 * ((total + 1) - ties / (total * (total - 1))))
    z = (u - n * m / 2) / sigma if sigma else 0.0
    return math.erfc(abs(z) / math.sqrt(2))


def compare(name, query, known, unknown, samples, variables):
    client = Client()
    times, answers = ([], []), (set(), set())
    for number in range(samples + 20):
        # In turns, so that what else the machine does hits both alike.
        for group, address in ((0, known(number)), (1, unknown(number))) if number % 2 else ((1, unknown(number)), (0, known(number))):
            milliseconds, status, text = client.ask(query, {"e": address, **variables})
            if number >= 20:
                times[group].append(milliseconds)
                answers[group].add((status, text))
    medians = [statistics.median(group) for group in times]
    p = mann_whitney(*times)
    same = answers[0] == answers[1] and len(answers[0]) == 1
    print(f"{name:24} known {medians[0]:7.3f} ms, unknown {medians[1]:7.3f} ms, difference {abs(medians[0] / medians[1] - 1):6.1%}, "
          f"p = {p:.3f}, {'same bytes' if same else 'OTHER BYTES'}")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def reads(key, rate, seconds, results):
    """Asks at a steady rate, and measures each answer from the moment at which it was due."""
    client, began, number = Client(), time.perf_counter(), 0
    while (due := began + number / rate) < began + seconds:
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        client.ask("{ customers(first: 5) { nodes { id email } } }", key=key)
        results.append((time.perf_counter() - due) * 1_000)
        number += 1


def flood(seconds, connections, counts):
    def one():
        client = Client()
        while time.perf_counter() < end:
            _, status, _ = client.ask(LOG_IN, {"e": "known0@example.com", "p": PASSWORD})
            counts[status] = counts.get(status, 0) + 1

    end = time.perf_counter() + seconds
    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    return threads


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--samples", type=int, default=500)
    options.add_argument("--database", default=None)
    options = options.parse_args()
    program = "target/release/customer-graph"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CUSTOMER_GRAPH_DATABASE_URL": options.database or f"sqlite://{folder}/accounts.sqlite",
            "CUSTOMER_GRAPH_SERVER_LISTEN": f"127.0.0.1:{PORT}",
            "CUSTOMER_GRAPH_LOG_LEVEL": "error",
            "CUSTOMER_GRAPH_AUTH_ATTEMPTS_PER_ACCOUNT": "1000000",
            "CUSTOMER_GRAPH_AUTH_ATTEMPTS_PER_NETWORK": "1000000",
            "CUSTOMER_GRAPH_AUTH_MAIL_COOLDOWN": "0s",
        }
        if options.database:
            with open(f"{folder}/key.pem", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                subprocess.run([program, "signing-key", "create"], stdout=file, check=True)
            environment["CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE"] = f"{folder}/key.pem"
        server = subprocess.Popen([program, "serve"], env=environment)
        try:
            for _ in range(200):
                try:
                    Client().ask("{ viewer { kind } }")
                    break
                except OSError:
                    time.sleep(0.05)
            made = subprocess.run([program, "api-key", "create", "--name", "bench", "--permissions", "*"], env=environment, capture_output=True, text=True, check=True)
            key = re.search(r"cgk_[\w-]+", made.stdout)[0]
            client = Client()
            for number in range(20):
                client.ask("mutation($e: Email!) { customerCreate(input: { email: $e }) { customer { id } } }", {"e": f"known{number}@example.com"}, key)
            # A hash of PASSWORD, in the form of another system, which the first log-in replaces.
            import base64, hashlib
            output = base64.b64encode(hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", 1000)).decode()
            with open(f"{folder}/hashes.csv", "w") as file:
                file.writelines(f"known{number}@example.com,pbkdf2_sha256$1000$salt${output}\n" for number in range(20))
            subprocess.run([program, "password-hash", "import", f"{folder}/hashes.csv"], env=environment, stdout=subprocess.DEVNULL, check=True)
            for number in range(20):
                _, _, text = client.ask(LOG_IN, {"e": f"known{number}@example.com", "p": PASSWORD})
                assert b'"accessToken":"' in text, text

            print(f"== Does the time tell who is known? {options.samples} samples each, in turns")
            known, unknown = lambda number: f"known{number % 20}@example.com", lambda number: f"other{number % 20}@example.com"
            compare("log-in, wrong password", LOG_IN, known, unknown, options.samples, {"p": "wrong password"})
            compare("registration", REGISTER, known, unknown, options.samples, {"p": PASSWORD})
            compare("password reset", RESET, known, unknown, options.samples, {})
            compare("verification mail", VERIFY, known, unknown, options.samples, {})

            print("== Log-ins a second (compare: cargo run --release --example hashing)")
            counts = {}
            began = time.perf_counter()
            for thread in flood(10, 8, counts):
                thread.join()
            print(f"{counts.get(200, 0) / (time.perf_counter() - began):.1f} log-ins a second, answers by status {counts}")

            print("== What a flood of log-ins does to reads")
            idle, busy = [], []
            reads(key, 200, 10, idle)
            counts = {}
            threads = flood(12, 32, counts)
            time.sleep(1)
            reads(key, 200, 10, busy)
            for thread in threads:
                thread.join()
            for name, values in (("idle", idle), ("flooded", busy)):
                print(f"{name:8} p50 {percentile(values, 0.5):6.2f} ms, p99 {percentile(values, 0.99):6.2f} ms at 200 reads a second")
            print(f"answers to the flood by status {counts}")
        finally:
            server.terminate()
            server.wait()


main()
