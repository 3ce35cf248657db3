"""Attacks of strangers and of users on a running server: each has its answer, and its cost is bounded.

After each case the server's memory, descriptors, processor time and log are looked at, and how long a well-behaved
neighbour had to wait meanwhile. With --small everything is done less often, and only the answers count: for builds with
sanitizers.
"""

import resource

from tests.attack import (append, before_login, compress, fetch_and_search, floods_and_slowness, idle_and_notify, literals,
                          logins, mailboxes, messages, parser, proxy, sasl, tls)
from tests.attack.attacked_server import AttackedServer
from tests.attack.case import cases_of
from tests.attack.watch import Watch
from tests.run.program import main, option

SUBJECTS = [before_login, literals, parser, mailboxes, fetch_and_search, append, messages, idle_and_notify, logins, sasl, tls,
            compress, proxy, floods_and_slowness]


def raise_descriptor_limit():
    """For thousands of connections at once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def attacks_cost_little_and_get_their_answers(server, small, only):
    raise_descriptor_limit()
    watch = Watch(server, small)
    count = 0
    for subject in SUBJECTS:
        for case in cases_of(subject):
            if only in f"{subject.__name__}: {case.name}":
                print(watch.run(case), flush=True)
                count += 1
    watch.stop()
    assert not watch.faults, "\n" + "\n".join(watch.faults)
    return f"{count} cases"


if __name__ == "__main__":
    main(attacks_cost_little_and_get_their_answers, world=AttackedServer,
         options=[option("--small", action="store_true", help="see above"),
                  option("--only", default="", metavar="TEXT", help="only cases whose subject or name contains this")])
