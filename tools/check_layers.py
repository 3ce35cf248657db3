#!/usr/bin/env python3
"""Checks the dependency rule of the layers over #include lines.

    check_layers.py [ROOT]       prints each forbidden include as file:line, exit 1 if there is one
    check_layers.py --self-test  shows on a tree of its own that forbidden includes are found

The layer of a file is given by the longest prefix of its path in LAYERS. The layer of an include is that of the file it
names, searched where the compiler searches (root, src, src/include). Includes in <> are checked when they are in
KEPT_APART or below <postbag/>.
"""

import pathlib
import re
import sys
import tempfile

# layer: (path prefix, the layers it may include besides itself)
LAYERS = {
    "core": ("src/core/", ()),
    "protocol": ("protocol/", ("core",)),
    "storage": ("storage/", ("core",)),
    "disk": ("storage/disk/", ("core", "storage")),
    "bodies": ("storage/bodies/", ("core", "storage", "disk")),
    "text index": ("storage/text_index/", ("core", "storage", "sqlite connection")),
    "engine": ("storage/engine/", ("core", "storage", "disk", "bodies", "text index")),
    "sqlite": ("storage/sqlite/", ("core", "storage", "disk", "engine", "sqlite connection")),
    "sqlite connection": ("storage/sqlite/connection/", ("core", "storage")),
    "accounts": ("storage/accounts/", ("core", "storage", "disk", "engine", "sqlite", "sqlite connection")),
    "inspect": (
        "storage/inspect/",
        ("core", "storage", "disk", "bodies", "engine", "sqlite", "sqlite connection", "accounts"),
    ),
    "async": ("src/async/", ("core",)),
    "tls": ("src/tls/", ("core", "async")),
    "mail": ("src/mail/", ("core", "protocol", "storage")),
    "session": ("src/session/", ("core", "protocol", "storage", "async", "tls")),
    "commands": ("src/commands/", ("core", "protocol", "storage", "async", "mail", "session")),
    "server": (
        "src/server/",
        ("core", "protocol", "storage", "accounts", "inspect", "async", "tls", "session", "commands", "installed"),
    ),
    "map store": ("tests/store/map/", ("core", "storage")),
    "installed": ("src/include/", ()),
    "daemon": ("src/main/", ("installed",)),
}

# system headers that only these directories may include
KEPT_APART = {
    "uv.h": "src/async/",
    "openssl/ssl.h": "src/tls/",
    "sqlite3.h": "storage/sqlite/",
}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')
SOURCES = ("*.h", "*.cc")
ROOTS = ("", "src/", "src/include/")


def layer_of(path):
    fitting = [(len(prefix), name) for name, (prefix, _) in LAYERS.items() if path.startswith(prefix)]
    return max(fitting)[1] if fitting else None


def named_layer(kind, name):
    """The layer of a header that is not in the tree."""
    return (layer_of(name) or layer_of("src/" + name)) if kind == '"' else None


def target_of(root, path, name):
    """The path below root of the included file; None for files outside the project and generated ones."""
    beside = str(pathlib.PurePosixPath(path).parent / name)
    for candidate in [prefix + name for prefix in ROOTS] + [beside]:
        if (root / candidate).is_file():
            return candidate
    return None


def violation(root, path, kind, name):
    """Why this include is forbidden, or None."""
    home = KEPT_APART.get(name)
    if home and not path.startswith(home):
        return f"<{name}> belongs to {home} only"
    target = target_of(root, path, name)
    # A generated header is not in the tree; its first directory gives the layer.
    source, wanted = layer_of(path), layer_of(target) if target else named_layer(kind, name)
    if not source or not wanted or source == wanted or wanted in LAYERS[source][1]:
        return None
    return f"{source} must not include {wanted} ({name})"


def check(root):
    """All violations as file:line: text."""
    found = []
    for prefix in sorted({prefix for prefix, _ in LAYERS.values()}):
        for pattern in SOURCES:
            for file in sorted((root / prefix).rglob(pattern)):
                found += check_file(root, file)
    return sorted(set(found))


def check_file(root, file):
    path = file.relative_to(root).as_posix()
    found = []
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        include = INCLUDE.match(line)
        why = violation(root, path, *include.groups()) if include else None
        if why:
            found.append(f"{path}:{number}: {why}")
    return found


SELF_TEST = [  # file, its include, whether it is allowed
    ("src/core/a.h", "<vector>", True),
    ("src/core/b.h", '"protocol/a.h"', False),
    ("protocol/a.h", '"core/a.h"', True),
    ("protocol/b.h", '"async/a.h"', False),
    ("protocol/c.h", '"storage/a.h"', False),
    ("storage/a.h", '"core/a.h"', True),
    ("storage/b.h", '"protocol/a.h"', False),
    ("storage/c.h", "<sqlite3.h>", False),
    ("storage/sqlite/a.h", "<sqlite3.h>", True),
    ("storage/d.h", '"storage/sqlite/a.h"', False),
    ("storage/e.h", '"storage/engine/a.h"', False),
    ("storage/engine/a.h", '"storage/sqlite/a.h"', False),
    ("storage/sqlite/b.h", '"storage/engine/a.h"', True),
    ("storage/text_index/a.h", '"storage/sqlite/connection/a.h"', True),
    ("storage/text_index/b.h", '"storage/sqlite/a.h"', False),
    ("tests/store/map/a.h", '"storage/a.h"', True),
    ("tests/store/map/b.h", '"storage/engine/a.h"', False),
    ("src/async/a.h", "<uv.h>", True),
    ("src/session/a.h", "<uv.h>", False),
    ("src/session/b.h", '"storage/a.h"', True),
    ("src/session/c.h", '"commands/a.h"', False),
    ("src/session/d.h", '"storage/engine/a.h"', False),
    ("src/commands/c.h", '"storage/sqlite/a.h"', False),
    ("src/server/b.h", '"storage/engine/a.h"', False),
    ("src/mail/a.h", '"storage/a.h"', True),
    ("src/mail/b.h", '"session/b.h"', False),
    ("src/commands/a.h", '"session/b.h"', True),
    ("src/commands/b.h", '"server/a.h"', False),
    ("src/server/a.h", '"commands/a.h"', True),
    ("src/include/postbag/a.h", "<string>", True),
    ("src/include/postbag/b.h", '"core/a.h"', False),
    ("src/main/a.cc", "<postbag/a.h>", True),
    ("src/main/b.cc", '"server/a.h"', False),
    ("protocol/d.h", '"async/generated.h"', False),
    ("protocol/e.h", '"generated.h"', True),
    ("src/core/c.h", '"protocol/generated.h"', False),
]


def self_test():
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, include, _ in SELF_TEST:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(f"// a file\n#include {include}\n")
        reported = {line.split(":")[0] for line in check(root)}
    wrong = [path for path, _, allowed in SELF_TEST if (path not in reported) != allowed]
    for path in wrong:
        print(f"self-test: {path} was judged wrong")
    return 1 if wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent)
    found = check(root)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
