/**
 * What checks a bundle where nothing of this tool is: Python's standard library for the hashes, openssl for the signatures. It
 * follows RFC 9162, 2.1.3.2 (inclusion) and C2SP signed-note and tlog-proof.
 */
export const checkScript = `#!/usr/bin/env python3
"""Checks this bundle: python3 check.py [VKEY]. Needs Python 3.8 and openssl 3, nothing else, and no network.

VKEY is the verifier key as it was noted when the log was begun. Without it, the keys in keys.txt are taken,
which proves that the bundle is whole, not whose it is.
"""
import base64, gzip, hashlib, json, os, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
problems = []


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def read(*names):
    with open(os.path.join(here, *names), "rb") as file:
        return file.read()


def parse_key(text):
    name, key_id, material = text.strip().split("+", 2)
    raw = base64.b64decode(material)
    if raw[0] != 1 or len(raw) != 33 or sha(name.encode() + b"\\n", raw)[:4].hex() != key_id:
        raise ValueError("no Ed25519 verifier key: " + text)
    return name, key_id, raw[1:]


def openssl_verifies(public, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("key.der", "text", "signature")]
        der = bytes.fromhex("302a300506032b6570032100") + public
        for path, content in zip(paths, (der, text, signature)):
            with open(path, "wb") as file:
                file.write(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]]
        return subprocess.run(command, capture_output=True).returncode == 0


checked = {}


def root_of(note, keys):
    """Size and root of a signed note, once its signature is checked."""
    if note in checked:
        return checked[note]
    text, signatures = note.rsplit(b"\\n\\n", 1)
    text += b"\\n"
    origin, size, root = text.decode().split("\\n")[:3]
    for line in signatures.decode().splitlines():
        dash, name, material = line.split(" ")
        raw = base64.b64decode(material)
        for key_name, key_id, public in keys:
            if (name, raw[:4].hex()) == (key_name, key_id) and name == origin and openssl_verifies(public, text, raw[4:]):
                checked[note] = int(size), base64.b64decode(root)
                return checked[note]
    raise ValueError("the checkpoint is not signed by a key that is known")


def check_proof(text, keys):
    """The entry that a .tlog-proof proves."""
    head, note = text.split(b"\\n\\n", 1)
    lines = head.decode().split("\\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise ValueError("no .tlog-proof with an entry")
    entry = base64.b64decode(lines[1][6:])
    index = int(lines[2][6:])
    size, root = root_of(note, keys)
    if index >= size:
        raise ValueError("the leaf is behind the end of the log")
    at, last, value = index, size - 1, sha(b"\\0", entry)
    for line in lines[3:]:
        node = base64.b64decode(line)
        if last == 0:
            raise ValueError("the proof is too long")
        if at % 2 == 1 or at == last:
            value = sha(b"\\1", node, value)
            while at % 2 == 0 and at > 0:
                at, last = at // 2, last // 2
        else:
            value = sha(b"\\1", value, node)
        at, last = at // 2, last // 2
    if last != 0 or value != root:
        raise ValueError("the proof does not lead to the root that was signed")
    return json.loads(entry)


def content_of(path, key):
    stored = read(*path)
    if key.endswith(".zst"):
        return subprocess.run(["zstd", "-dc"], input=stored, capture_output=True, check=True).stdout
    return gzip.decompress(stored) if key.endswith(".gz") else stored


def check_object(leaf):
    content = content_of(("objects",) + tuple(leaf["key"].split("/")), leaf["key"])
    if hashlib.sha256(content).hexdigest() != leaf["sha256"]:
        raise ValueError("it is not what was delivered: its SHA-256 is another")
    if content.count(b"\\n") != leaf["lines"] or len(content) != leaf["bytes"]:
        raise ValueError("it has another number of lines or bytes")


def all_files(folder):
    for at, folders, names in os.walk(os.path.join(here, folder)):
        for name in names:
            yield os.path.relpath(os.path.join(at, name), here)


def main():
    given = sys.argv[1:] or read("keys.txt").decode().split()
    keys = [parse_key(text) for text in given]
    proofs, proven = sorted(all_files("proofs")), set()
    for path in proofs:
        try:
            leaf = check_proof(read(*path.split(os.sep)), keys)
            if leaf["kind"] == "object":
                proven.add(os.path.join("objects", *leaf["key"].split("/")))
                check_object(leaf)
        except Exception as problem:
            problems.append("%s: %s" % (path, problem))
    for path in sorted(set(all_files("objects")) - proven):
        problems.append("%s: no proof is of it" % path)
    print("%d proofs and %d objects checked, %d problems" % (len(proofs), len(proven), len(problems)))
    for problem in problems:
        print("  " + problem)
    if not sys.argv[1:]:
        print("The keys are those of the bundle itself: say the one that you noted, python3 check.py VKEY.")
    sys.exit(1 if problems else 0)


main()
`;
