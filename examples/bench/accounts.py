"""Measures log-ins: how many a second, what they do to other requests, and whether the time tells who is known.

    cargo build --release --bin customer-graph --example hashing
    python3 examples/bench/accounts.py [--samples 500] [--database URL]

Starts target/release/customer-graph on a database of its own (a SQLite file without --database), with rate limits and
the cool-down of mail out of the way, and ends it afterwards. Needs nothing but Python 3.

How many log-ins there are in a second is compared with what argon2 alone does on the same core, before and after: the
server has the first core for itself, and this script the others, which are for a PostgreSQL server, too, when it is
started with "taskset -c 1-" or runs elsewhere. SQLite works inside of the server and so on its core.

A PostgreSQL server on the same machine competes with the threads that hash as the scheduler has them in groups. Where it
makes a group of every session (cat /proc/sys/kernel/sched_autogroup_enabled says 1), as on desktops, these threads give
way inside of their own group alone: switch that off for what a flood does to reads to be as on a server.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import math
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time

PORT = 4391
PROGRAM = "target/release/customer-graph"
CORES = os.sched_getaffinity(0)
PASSWORD = "correct horse battery"


class Client:
    """One connection, which does as little work as it can: it shares the machine with the server."""

    def __init__(self):
        self.connection = socket.create_connection(("127.0.0.1", PORT), timeout=60)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @staticmethod
    def request(query, variables=None, key=None):
        """The bytes of a request."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        authorization = f"authorization: Bearer {key}\r\n" if key else ""
        return f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{authorization}content-length: {len(body)}\r\n\r\n".encode() + body

    def send(self, request):
        """Milliseconds, status and body of the answer."""
        began = time.perf_counter()
        self.connection.sendall(request)
        head, body = b"", b""
        while not body:
            received = self.connection.recv(65_536)
            assert received, "the server has hung up"
            head, _, body = (head + received).partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
        while len(body) < length:
            body += self.connection.recv(65_536)
        return (time.perf_counter() - began) * 1_000, int(head.split()[1]), body

    def ask(self, query, variables=None, key=None):
        return self.send(self.request(query, variables, key))


LOG_IN = "mutation($e: Email!, $p: String!) { sessionCreate(input: { email: $e, password: $p }) { accessToken userErrors { code message path } } }"
REGISTER = "mutation($e: Email!, $p: String!) { customerRegister(input: { email: $e, password: $p }) { isAccepted userErrors { code message path } } }"
RESET = "mutation($e: Email!) { passwordResetRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"
LINK = "mutation($e: Email!) { magicLinkRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"
CODE = "mutation($e: Email!) { otpRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"
CHANGE = "mutation($e: Email!) { emailChangeRequest(input: { email: $e }) { isAccepted userErrors { code message path } } }"
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


def compare(name, query, known, unknown, samples, variables, token=None):
    client = Client()
    times, answers = ([], []), (set(), set())
    for number in range(samples + 20):
        # In turns, so that what else the machine does hits both alike.
        for group, address in ((0, known(number)), (1, unknown(number))) if number % 2 else ((1, unknown(number)), (0, known(number))):
            milliseconds, status, text = client.ask(query, {"e": address, **variables}, token)
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


def in_parallel(connections, work):
    """Runs `work(number)` so many times at once, in threads that have begun when this returns."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    return threads


def capacity(request, seconds=4, connections=8):
    """How many of these requests are answered in a second when as many are sent as can be."""
    counts = [0] * connections
    end = time.perf_counter() + seconds

    def work(number):
        client = Client()
        while time.perf_counter() < end:
            client.send(request)
            counts[number] += 1

    for thread in in_parallel(connections, work):
        thread.join()
    return sum(counts) / seconds


def reads(request, rate, seconds, connections=4):
    """Asks at a steady rate, and measures each answer from the moment at which it was due."""
    results = []
    began = time.perf_counter()

    def work(connection):
        client, number = Client(), 0
        while (due := began + (number + connection / connections) * connections / rate) < began + seconds:
            wait = due - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            client.send(request)
            results.append((time.perf_counter() - due) * 1_000)
            number += 1

    for thread in in_parallel(connections, work):
        thread.join()
    return results


def flood(seconds, connections):
    """Logs in as fast as it goes, in a process of its own, so that it shares nothing with what is measured meanwhile but
    the machine; answers what to call to wait for its end and get the number of answers by status."""
    request = Client.request(LOG_IN, {"e": "known0@example.com", "p": PASSWORD})
    here, there = multiprocessing.Pipe()

    def work(number, counts, end):
        client = Client()
        while time.perf_counter() < end:
            _, status, body = client.send(request)
            assert status != 200 or b'"accessToken":"' in body, body
            counts[number][status] = counts[number].get(status, 0) + 1

    def run():
        counts, end = [{} for _ in range(connections)], time.perf_counter() + seconds
        for thread in in_parallel(connections, lambda number: work(number, counts, end)):
            thread.join()
        there.send({status: sum(count.get(status, 0) for count in counts) for status in set().union(*counts)})

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()

    def wait():
        counts = here.recv()
        process.join()
        return counts

    return wait


def argon2_alone():
    """Hashes a second on the first core, with the parameters of the service: as the library does it by itself, and in
    memory that is kept from one to the next, as the service does it."""
    made = subprocess.run(["target/release/examples/hashing"], preexec_fn=on_first_core, capture_output=True, text=True, check=True)
    return [float(line.split()[0]) for line in made.stdout.splitlines()]


def on_first_core():
    os.sched_setaffinity(0, {min(CORES)})


@contextlib.contextmanager
def server(environment, before=None):
    process = subprocess.Popen([PROGRAM, "serve"], env=environment, preexec_fn=before)
    try:
        for _ in range(200):
            try:
                Client().ask("{ viewer { kind } }")
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def make_accounts(environment, folder):
    """Twenty accounts with the same password; answers an API key."""
    made = subprocess.run([PROGRAM, "api-key", "create", "--name", "bench", "--permissions", "*"], env=environment, capture_output=True, text=True, check=True)
    key = re.search(r"cgk_[\w-]+", made.stdout)[0]
    client = Client()
    for number in range(20):
        client.ask("mutation($e: Email!) { customerCreate(input: { email: $e }) { customer { id } } }", {"e": f"known{number}@example.com"}, key)
    # A hash of PASSWORD, in the form of another system, which the first log-in replaces.
    output = base64.b64encode(hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), b"salt", 1000)).decode()
    with open(f"{folder}/hashes.csv", "w") as file:
        file.writelines(f"known{number}@example.com,pbkdf2_sha256$1000$salt${output}\n" for number in range(20))
    subprocess.run([PROGRAM, "password-hash", "import", f"{folder}/hashes.csv"], env=environment, stdout=subprocess.DEVNULL, check=True)
    for number in range(20):
        _, _, text = client.ask(LOG_IN, {"e": f"known{number}@example.com", "p": PASSWORD})
        assert b'"accessToken":"' in text, text
    return key


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--samples", type=int, default=500)
    options.add_argument("--database", default=None)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CUSTOMER_GRAPH_DATABASE_URL": options.database or f"sqlite://{folder}/accounts.sqlite",
            "CUSTOMER_GRAPH_SERVER_LISTEN": f"127.0.0.1:{PORT}",
            "CUSTOMER_GRAPH_LOG_LEVEL": "error",
            "CUSTOMER_GRAPH_AUTH_ATTEMPTS_PER_ACCOUNT": "1000000",
            "CUSTOMER_GRAPH_AUTH_ATTEMPTS_PER_NETWORK": "1000000",
            "CUSTOMER_GRAPH_AUTH_MAIL_COOLDOWN": "0s",
            # Less than every such answer is given by default: a wrong password is compared without, the others with 20 ms.
            "CUSTOMER_GRAPH_AUTH_WRONG_PASSWORD_TIME": "0s",
            "CUSTOMER_GRAPH_AUTH_ANSWER_TIME": "20ms",
        }
        if options.database:
            with open(f"{folder}/key.pem", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                subprocess.run([PROGRAM, "signing-key", "create"], stdout=file, check=True)
            environment["CUSTOMER_GRAPH_AUTH_SIGNING_KEY_FILE"] = f"{folder}/key.pem"
        with server(environment):
            key = make_accounts(environment, folder)
            print(f"== Does the time tell who is known? {options.samples} samples each, in turns")
            known, unknown = lambda number: f"known{number % 20}@example.com", lambda number: f"other{number % 20}@example.com"
            compare("log-in, wrong password", LOG_IN, known, unknown, options.samples, {"p": "wrong password"})
            compare("registration", REGISTER, known, unknown, options.samples, {"p": PASSWORD})
            compare("password reset", RESET, known, unknown, options.samples, {})
            compare("verification mail", VERIFY, known, unknown, options.samples, {})
            compare("link by mail", LINK, known, unknown, options.samples, {})
            compare("code by mail", CODE, known, unknown, options.samples, {})
            _, _, answer = Client().ask(LOG_IN, {"e": "known0@example.com", "p": PASSWORD})
            token = json.loads(answer)["data"]["sessionCreate"]["accessToken"]
            compare("another e-mail address", CHANGE, lambda number: known(number % 19 + 1), unknown, options.samples, {}, token)

            print("== What a flood of log-ins does to reads")
            read = Client.request("{ customers(first: 5) { nodes { id email } } }", key=key)
            most = capacity(read)
            idle = reads(read, most / 5, 10)
            flooded = flood(12, 32)
            time.sleep(1)
            busy = reads(read, most / 5, 10)
            print(f"at most {most:.0f} reads a second; these are {most / 5:.0f}")
            for name, values in (("idle", idle), ("flooded", busy)):
                print(f"{name:8} p50 {percentile(values, 0.5):6.2f} ms, p99 {percentile(values, 0.99):6.2f} ms")
            print(f"answers to the flood by status {flooded()}")

        print("== Log-ins a second on one core, beside argon2 alone on the same core")
        hashes = [argon2_alone()]
        with server(environment, on_first_core):
            os.sched_setaffinity(0, CORES - {min(CORES)} or CORES)
            began = time.perf_counter()
            counts = flood(10, 8)()
            rate = counts.get(200, 0) / (time.perf_counter() - began)
        os.sched_setaffinity(0, CORES)
        hashes.append(argon2_alone())
        print(f"{rate:.1f} log-ins, answers by status {counts}")
        for name, values in zip(("argon2 by itself", "in memory that is kept"), zip(*hashes)):
            print(f"{name}: {values[0]:.1f} before and {values[1]:.1f} after: log-ins are {rate / statistics.mean(values):.1%} of it")


main()
