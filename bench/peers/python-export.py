"""The export as one would write it in Python: parse each line, file it by type and hour of event time, gzip, put.

    python3 python-export.py FILE ENDPOINT      (orjson is used where it is installed)

No validation, no hash in the name, no account of lines, no retry but boto3's own: a peer for speed only.
"""

import gzip
import sys
from datetime import datetime, timezone
from json import loads as parse

import boto3

try:
    from orjson import loads as parse
except ImportError:
    pass


TIME_FIELDS = ("eventTime", "dt", "endTime", "EndTime", "dateTime", "DateTime")


def event_time(event):
    value = next(event[field] for field in TIME_FIELDS if field in event)
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000, timezone.utc)
    if value.isdigit():
        return datetime.fromtimestamp(int(value) / 1000, timezone.utc)
    return datetime.fromisoformat(value[:19]).replace(tzinfo=timezone.utc)


def audit_type(event):
    name = event.get("eventName") or ""
    if name.endswith(":QueryAudit"):
        return "query"
    if name.endswith(":CustomAudit"):
        return "custom"
    if name.startswith("Tokenization:"):
        return "tokenization"
    if name:
        return "system"
    return "alert" if "dt" in event else "native-query"


def main(file, endpoint):
    partitions = {}
    with open(file, "rb") as lines:
        for line in lines:
            event = parse(line)
            folder = f"audit_type={audit_type(event)}/{event_time(event):event_date=%Y-%m-%d/event_hour=%H}"
            partitions.setdefault(folder, []).append(line)
    s3 = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
    )
    for folder, lines in partitions.items():
        s3.put_object(
            Bucket="bench",
            Key=f"python/{folder}/part-0.jsonl.gz",
            Body=gzip.compress(b"".join(lines), 6),
        )


main(*sys.argv[1:])
