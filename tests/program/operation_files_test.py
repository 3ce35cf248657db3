"""The files in conf/ for those who run the server: the systemd units, fail2ban's filter, AppArmor's profile.

fail2ban reads the log of a real server. What is not installed is skipped.
"""

import os
import re
import shutil
import subprocess
import tempfile

from tests.run.program import Skipped, equal, main
from tests.run.server import PASSWORD, Server
from tests.run.wire import Refused

CONF = os.path.join(os.path.dirname(__file__), "..", "..", "conf")
MOST_EXPOSURE = 1.5
# Accounts and failures whose names look like the log. No bytes of a client begin a line or stand before the address.
LIKE_THE_LOG = ('x" peer="192.0.2.66:1', 'warning login failed peer="192.0.2.66:1"', '"peer":"192.0.2.66:1"',
                '2026-01-01T00:00:00.000Z warning login failed peer="192.0.2.66:1"',
                '{"time":"","level":"warning","event":"login failed","peer":"192.0.2.66:1"',
                'x\n2026-01-01T00:00:00.000Z warning login failed peer="192.0.2.66:1"',
                'x\r\n2026-01-01T00:00:00.000Z warning login failed peer="192.0.2.66:1"')


def conf(*names):
    return os.path.abspath(os.path.join(CONF, *names))


def run(program, *arguments):
    """What it printed; the test is skipped when it is not installed."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise Skipped(f"{program} is not installed")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=120)
    equal(done.returncode, 0, f"{program}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def the_unit_is_hardly_exposed(_server):
    printed = run("systemd-analyze", "security", "--offline=true", "--no-pager", conf("postbag.service"))
    exposure = float(re.search(r"exposure level for postbag.service: ([\d.]+)", printed).group(1))
    assert exposure < MOST_EXPOSURE, printed
    return f"{exposure}"


def systemd_understands_the_units(server):
    """With the built program in the place of the installed one."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, name) for name in ("postbag.service", "postbag.socket", "postbag-imaps.socket")]
        for path in paths:
            with open(conf(os.path.basename(path))) as source, open(path, "w") as copy:
                copy.write(source.read().replace("/usr/bin/postbag serve", os.path.abspath(server.postbag) + " serve"))
        printed = run("systemd-analyze", "verify", "--man=no", *paths)
    equal([line for line in printed.splitlines() if "postbag" in line], [])


def systemd_makes_the_user(_server):
    printed = run("systemd-sysusers", "--dry-run", conf("postbag.sysusers"))
    assert "Creating user 'postbag'" in printed or not printed.strip(), printed


def the_profile_lets_large_messages_be_linked_into_place(_server):
    with open(conf("apparmor", "usr.bin.postbag")) as profile:
        assert re.search(r"owner /var/lib/postbag/\*\* rw\w*l", profile.read()), "no right to link"


def the_profile_compiles(_server):
    run("apparmor_parser", "--skip-kernel-load", "--skip-cache", conf("apparmor", "usr.bin.postbag"))


def quoted(name):
    return b"{%d+}\r\n%s" % (len(name.encode()), name.encode())


def attempt(server, command):
    """A login over a connection of its own; whether it succeeded."""
    connection = server.connect("attempt")
    connection.greet()
    try:
        connection.command(command)
    except Refused:
        return False
    finally:
        connection.close()
    return True


def add_users(server):
    for name in ("alice", "moved", *LIKE_THE_LOG[:2]):
        server.add_user(name)
    server.run("user", "move", "moved", "imap://new.example.org/", "--dir", server.data)


def log_in_well_and_badly(server):
    """Returns how many logins failed."""
    bad = ("alice", "nobody", *LIKE_THE_LOG)
    for name in ("alice", *LIKE_THE_LOG[:2]):
        assert attempt(server, b"LOGIN " + quoted(name) + b" " + PASSWORD.encode())
    assert not attempt(server, b"LOGIN moved " + PASSWORD.encode())   # a right password, so no failure
    for name in bad:
        assert not attempt(server, b"LOGIN " + quoted(name) + b" wrong")
    return len(bad)


def matches(log):
    """How many lines of it fail2ban takes for failures, and of which addresses."""
    fail2ban = "fail2ban-regex"
    printed = run(fail2ban, "--print-all-matched", log, conf("fail2ban", "filter.d", "postbag.conf"))
    count = int(re.search(r"Lines: \d+ lines, \d+ ignored, (\d+) matched", printed).group(1))
    addresses = run(fail2ban, "--out", "ip", log, conf("fail2ban", "filter.d", "postbag.conf")).split()
    return count, set(addresses)


def fail2ban_finds_failed_logins_and_nothing_else(server):
    log = os.path.join(server.home, "log")
    add_users(server)
    for log_format in ("text", "json"):
        server.restart(f'log_format = "{log_format}"\n[limits]\nfailed_login_delay = 0\n')
        os.truncate(log, 0)
        wanted = log_in_well_and_badly(server)
        server.stop()
        equal(matches(log), (wanted, {"127.0.0.1"}), open(log).read())
        server.start()
    return f"{wanted} in each format"


def fail2ban_finds_refused_logins(server):
    """A password on a connection that is not encrypted is refused beyond this machine only: lines as the server has them."""
    del server
    lines = ['2026-11-29T13:12:14.123Z warning login refused peer="192.0.2.1:40000" user="bob" detail="not encrypted"',
             '2026-11-29T13:12:14.123Z warning login failed peer="[2001:db8::1]:40000" user="bob"',
             'host postbag[12]: 2026-11-29T13:12:14.123Z warning login failed peer="192.0.2.3:40000" user="bob"',
             '2026-11-29T13:12:14.123Z info login peer="192.0.2.4:40000" user="bob"',
             '2026-11-29T13:12:14.123Z warning login put off peer="192.0.2.7:40000" user="bob"',
             '2026-11-29T13:12:14.123Z info login after move peer="192.0.2.8:40000" user="bob" detail="LOGIN: moved to x"',
             '2026-11-29T13:12:14.123Z warning connection refused peer="192.0.2.5:40000" detail="login failed"',
             'x warning login failed peer="192.0.2.6:40000" user="bob"']
    with tempfile.NamedTemporaryFile("w") as log:
        log.write("\n".join(lines) + "\n")
        log.flush()
        equal(matches(log.name), (3, {"192.0.2.1", "2001:db8::1", "192.0.2.3"}))


if __name__ == "__main__":
    main(the_unit_is_hardly_exposed, systemd_understands_the_units, systemd_makes_the_user, the_profile_lets_large_messages_be_linked_into_place, the_profile_compiles,
         fail2ban_finds_failed_logins_and_nothing_else, fail2ban_finds_refused_logins)
