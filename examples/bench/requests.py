"""Writes the requests of each kind of work: requests.py URL KEY CUSTOMERS FOLDER."""
import json
import pathlib
import random
import sys
import urllib.request

url, key, customers, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4])
CARD = "id email firstName lastName companyName phone hasAccount createdAt"
ADDRESSES = (
    "addresses { nodes { id addressName address1 city postalCode countryCode phone isDefaultShipping isDefaultBilling } }"
)
GROUPS = "groups { nodes { id name } }"
ORDERS = "orders(first: 5) { nodes { id displayId status total { amount currencyCode } placedAt } }"
chance = random.Random(7)


def ask(query, variables=None):
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
        return json.load(answer)["data"]


def write(name, requests):
    lines = [json.dumps({"query": query, "variables": variables}) for query, variables in requests]
    (folder / f"{name}.json").write_text("\n".join(lines) + "\n")


# Walk to 90 % of the list, and remember customers on the way.
cursor, seen, left = None, [], int(customers * 0.9)
while left:
    page = ask(
        "query($n: Int, $c: String) { customers(first: $n, after: $c) { nodes { id lastName email phone } pageInfo { endCursor } } }",
        {"n": min(250, left), "c": cursor},
    )["customers"]
    seen += chance.sample(page["nodes"], min(5, len(page["nodes"])))
    cursor, left = page["pageInfo"]["endCursor"], left - len(page["nodes"])

terms = []
for node in chance.sample(seen, min(100, len(seen))):
    known = [node["lastName"], (node["email"] or "").split("@")[0], (node["phone"] or "")[-6:]]
    terms.append(chance.choice([term for term in known if term]))

write("customer", [(f"query($id: ID!) {{ customer(id: $id) {{ {CARD} {ADDRESSES} {GROUPS} }} }}", {"id": n["id"]}) for n in seen])
write("page", [(f"{{ customers(first: 50, where: {{ hasAccount: true }}) {{ nodes {{ {CARD} {ADDRESSES} {GROUPS} {ORDERS} }} }} }}", {})])
write("search", [(f"query($q: String!) {{ customers(first: 20, query: $q) {{ nodes {{ {CARD} }} }} }}", {"q": term}) for term in terms])
write("deep", [(f"query($c: String!) {{ customers(first: 50, after: $c) {{ nodes {{ {CARD} }} }} }}", {"c": cursor})])
address = {"firstName": "New", "lastName": "Customer", "address1": "1 Quay", "city": "Oslo", "postalCode": "0150", "countryCode": "NO"}
create = "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id email } userErrors { code } } }"
write("create", [(create, {"input": {"email": "new-@@-x@bench.example", "firstName": "New", "lastName": "Customer", "addresses": [address]}})])
