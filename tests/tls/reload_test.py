"""1 000 sessions stay while the certificates change under load."""

import resource
import threading

from tests.run.program import equal, main, option
from tests.run.server import PASSWORD
from tests.tls.handshakes_test import Testing
from tests.tls.world import subject

LIMITS = "".join(f"{name} = 5000\n" for name in (
    "connections", "connections_not_logged_in", "connections_per_address", "connections_per_address_not_logged_in",
    "connections_per_account"))


class Crowded(Testing):
    def __init__(self, postbag, wirecheck):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        super().__init__(postbag, wirecheck)
        self.server.configure(self.config(limits=LIMITS))


def newcomers(world, stop, failures):
    """Connects again and again, with whatever certificate there is."""
    while not stop.is_set():
        try:
            world.implicitly_untrusted()
        except Exception as error:   # reported at the end
            failures.append(error)


def a_reload_under_load_drops_no_session(world, sessions):
    held = []
    for number in range(sessions):
        connection = world.implicitly() if number % 2 else world.by_starttls()
        connection.login(world.user, PASSWORD)
        held.append(connection)
    stop, failures = threading.Event(), []
    load = [threading.Thread(target=newcomers, args=(world, stop, failures)) for _ in range(2)]
    for thread in load:
        thread.start()
    for _ in range(5):
        world.new_pair()
        world.reload()
    stop.set()
    for thread in load:
        thread.join()
    equal(failures, [], "connections during the reloads")
    for connection in held:
        connection.command("NOOP")
    equal(subject(world.implicitly(world.client("first"))), "renewed")
    return f"{sessions} sessions held, 5 reloads"


if __name__ == "__main__":
    main(a_reload_under_load_drops_no_session, world=Crowded, options=[option("--sessions", type=int, default=1000)])
