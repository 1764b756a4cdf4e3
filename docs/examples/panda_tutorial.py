"""PANDA's import tutorial, for Python 3: the newest posts about a subject, kept in a dataset. Run it as often as you like.

    pip install requests
    PANDA_EMAIL=ada@paper.example PANDA_API_KEY=... python panda_tutorial.py http://127.0.0.1:8000 https://source.example/posts.json

The source is a JSON document with two keys: `keys`, the names of the columns, and `data`, a list of rows.
"""

import json
import os
import sys

import requests

SITE, SOURCE_URL = sys.argv[1:]

# Your e-mail address and API key
PANDA_AUTH_PARAMS = {"email": os.environ["PANDA_EMAIL"], "api_key": os.environ["PANDA_API_KEY"]}

# The slug of the dataset that is made or brought up to date, and where it lives
PANDA_API = f"{SITE}/api/1.0"
PANDA_DATASET_SLUG = "twitter-pandaproject"
PANDA_DATASET_URL = f"{PANDA_API}/dataset/{PANDA_DATASET_SLUG}/"
PANDA_DATA_URL = f"{PANDA_DATASET_URL}data/"

# How many rows are sent at once
PANDA_BULK_UPDATE_SIZE = 1000

COLUMNS = ["text", "id", "from_user"]


def panda_get(url, params=()):
    return requests.get(url, params={**dict(params), **PANDA_AUTH_PARAMS}, timeout=60)


def panda_put(url, data, params=()):
    answer = requests.put(
        url,
        data,
        params={**dict(params), **PANDA_AUTH_PARAMS},
        headers={"Content-Type": "application/json"},
        timeout=60,
    )
    answer.raise_for_status()
    return answer


# The dataset is made the first time
if panda_get(PANDA_DATASET_URL).status_code == 404:
    dataset = {
        "name": "PANDA Project Twitter Search",
        "description": 'What is said at <a href="https://example.org/">example.org</a>.',
    }
    panda_put(PANDA_DATASET_URL, json.dumps(dataset), params={"columns": ",".join(COLUMNS)})

source = requests.get(SOURCE_URL, timeout=60).json()
put_data = {"objects": []}

for i, row in enumerate(source["data"]):
    # A row needs an id of the source, as a text, to be found again the next time
    put_data["objects"].append({"data": row, "external_id": str(row[1])})
    if i and i % PANDA_BULK_UPDATE_SIZE == 0:
        print(f"Updating {PANDA_BULK_UPDATE_SIZE} rows...")
        panda_put(PANDA_DATA_URL, json.dumps(put_data))
        put_data["objects"] = []

if put_data["objects"]:
    print(f"Updating {len(put_data['objects'])} rows")
    panda_put(PANDA_DATA_URL, json.dumps(put_data))
