"""Certificates for tests, made by the command `openssl`."""

import os
import subprocess


def make(directory, name, hosts=("localhost",), key="rsa:2048", issuer=None, days=30, subject=None, extensions=()):
    """Makes NAME.pem and NAME.key in the directory and returns their paths. Signed by itself, or by `issuer`, such a pair.

    `key` is what `openssl req -newkey` takes, or "ec".
    """
    chain, private = os.path.join(directory, name + ".pem"), os.path.join(directory, name + ".key")
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else ["-newkey", key]
    command = ["openssl", "req", "-x509", *kind, "-nodes", "-sha256", "-days", str(days), "-subj", subject or f"/CN={name}",
               "-keyout", private, "-out", chain]
    if hosts:
        command += ["-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts)]
    for extension in extensions:
        command += ["-addext", extension]
    if issuer:
        command += ["-CA", issuer[0], "-CAkey", issuer[1], "-addext", "basicConstraints=critical,CA:FALSE"]
    run(command)
    return chain, private


def run(command, input=b""):
    done = subprocess.run(command, input=input, capture_output=True, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
    return done.stdout
