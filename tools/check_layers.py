#!/usr/bin/env python3
"""Checks the dependency rule of the layers over #include lines and forward declarations.

    check_layers.py [ROOT]       prints each violation as file:line, exit 1 if there is one
    check_layers.py --self-test  shows on a tree of its own that violations are found

The layer of a file is given by the longest prefix of its path in LAYERS. The layer of an include is that of the file it
names, searched where the compiler searches (root, src, src/include). Includes in <> are checked when they are in
KEPT_APART or below <postbag/>.

A layer forward-declares only types of layers that it may include: what it must call upwards is an interface of its own.
Types are known by their namespaces and names, if they begin a line; a type that no layer defines is not ours.

The rooms of a layer, which are its directories, do not include each other in a circle. What lies beside them, in the
layer's own directory, may be used by all of them.
"""

import collections
import graphlib
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
    "compress": ("src/compress/", ("core", "async")),
    "tls": ("src/tls/", ("core", "async")),
    "mail": ("src/mail/", ("core", "protocol", "storage")),
    "session": ("src/session/", ("core", "protocol", "storage", "async", "compress", "tls")),
    "search": ("src/search/", ("core", "protocol", "storage", "mail")),
    "commands": ("src/commands/", ("core", "protocol", "storage", "async", "mail", "session", "search")),
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
    "zlib.h": "src/compress/",
}

# layers with rooms
ROOMED = ("src/commands/", "src/main/", "src/search/", "src/session/")

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')
NAMESPACE = re.compile(r"namespace ?([\w:]*) \{$")
TYPE = re.compile(r"(?:class|struct|enum(?: class)?) (?:\[\[\w+\]\] )?(\w+)(.*)")
DECLARED_ONLY = re.compile(r"(?: : [\w:]+)?;")
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


def types_in(lines):
    """Line number, full name and whether it is only declared, of each type at the beginning of a line."""
    namespaces = []
    for number, line in enumerate(lines, 1):
        opened, named = NAMESPACE.match(line), TYPE.match(line)
        if opened:
            namespaces.append(opened.group(1))
        elif line.startswith("}") and "// namespace" in line and namespaces:
            namespaces.pop()
        elif named:
            yield number, "::".join([*namespaces, named.group(1)]), bool(DECLARED_ONLY.fullmatch(named.group(2)))


def definitions(files):
    """Name of a type -> the layers that define it."""
    out = collections.defaultdict(set)
    for path, lines in files.items():
        for _, name, declared_only in types_in(lines):
            if not declared_only:
                out[name].add(layer_of(path))
    return out


def check_includes(root, path, lines):
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        why = violation(root, path, *include.groups()) if include else None
        if why:
            yield f"{path}:{number}: {why}"


def check_declarations(defined, path, lines):
    layer = layer_of(path)
    visible = {layer, *LAYERS[layer][1]}
    for number, name, declared_only in types_in(lines):
        homes = defined.get(name, set())
        if declared_only and homes and not homes & visible:
            yield f"{path}:{number}: {layer} must not declare {name}, a type of {', '.join(sorted(homes))}"


def room_of(home, path):
    """The room of a file of this layer; None when it lies in none."""
    room, separator, _ = path.removeprefix(home).partition("/")
    return room if path.startswith(home) and separator else None


def rooms_included(home, path, lines):
    """The other rooms of the layer that a file includes."""
    includes = (INCLUDE.match(line) for line in lines)
    rooms = {room_of(home, "src/" + include.group(2)) for include in includes if include}
    return rooms - {None, room_of(home, path)}


def check_rooms(files):
    for home in ROOMED:
        graph = collections.defaultdict(set)
        for path, lines in files.items():
            if room_of(home, path):
                graph[room_of(home, path)] |= rooms_included(home, path, lines)
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as circle:
            yield f"{home}: rooms include each other: {', '.join(reversed(circle.args[1]))}"


def sources(root):
    """path below root -> lines, of all layers."""
    out = {}
    for prefix in {prefix for prefix, _ in LAYERS.values()}:
        for pattern in SOURCES:
            for file in (root / prefix).rglob(pattern):
                out[file.relative_to(root).as_posix()] = file.read_text(errors="replace").splitlines()
    return out


def check(root):
    """All violations as file:line: text."""
    files = sources(root)
    defined = definitions(files)
    found = []
    for path, lines in sorted(files.items()):
        found += check_includes(root, path, lines)
        found += check_declarations(defined, path, lines)
    return found + list(check_rooms(files))


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
    ("src/search/a.h", '"storage/a.h"', True),
    ("src/search/b.h", '"session/b.h"', False),
    ("src/search/c.h", '"async/a.h"', False),
    ("src/session/e.h", '"search/a.h"', False),
    ("src/commands/a.h", '"session/b.h"', True),
    ("src/commands/d.h", '"search/a.h"', True),
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

SELF_TEST_TYPES = [  # file, its lines, whether that is allowed
    ("src/session/client.h", "class Client final\n    : public Base {\n};", True),
    ("src/session/upwards.h", "struct Kept;", False),
    ("src/session/beside.h", "class Client;", True),
    ("src/session/foreign.h", "struct uv_loop_s;", True),
    ("src/session/inner.h", "class Outer {\n  struct Kept;\n};", True),
    ("src/session/other.h", "namespace other {\nstruct Kept;\n}  // namespace other", True),
    ("src/session/enum.h", "enum class Kind : char;", False),
    ("src/commands/kept.h", "struct Kept { int a; };\nenum class Kind : char { a };", True),
    ("src/commands/downwards.h", "class Client;", True),
    ("storage/upwards.h", "class Client;", False),
]


SELF_TEST_ROOMS = [  # includes of rooms, whether they are allowed
    ({"a/1.h": "b/1.h", "b/2.h": "c/1.h", "a/2.h": "a/1.h", "c/1.h": "root.h", "root.h": "a/1.h"}, True),
    ({"a/1.h": "b/1.h", "b/2.h": "c/1.h", "c/2.h": "a/2.h"}, False),
]


def rooms_judged_wrong():
    for includes, allowed in SELF_TEST_ROOMS:
        files = {f"src/commands/{path}": [f'#include "commands/{name}"'] for path, name in includes.items()}
        if allowed == any(check_rooms(files)):
            yield f"rooms {includes}"


def self_test():
    cases = [(path, f"#include {include}", allowed) for path, include, allowed in SELF_TEST]
    cases += [(path, f"namespace postbag {{\n{text}\n}}  // namespace postbag", allowed)
              for path, text, allowed in SELF_TEST_TYPES]
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text, _ in cases:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(f"// a file\n{text}\n")
        reported = {line.split(":")[0] for line in check(root)}
    wrong = [path for path, _, allowed in cases if (path not in reported) != allowed]
    wrong += rooms_judged_wrong()
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
