"""mutt in a terminal of its own, driven by pushed keys: reads, flags, deletes, saves; keeps a copy of what it sends."""

import os
import pty
import select
import time

from tests.clients.mail_program import run
from tests.run import given
from tests.run.program import equal

SETTINGS = """
set imap_user = "{user}"
set imap_pass = "{password}"
set folder = "imap://{host}:{port}/"
set spoolfile = "+INBOX"
set record = "+Sent"
set postponed = "+Drafts"
set ssl_starttls = no
set ssl_force_tls = no
set timeout = 1
set delete = yes
set confirmappend = no
set confirmcreate = no
set quit = yes
set sort = mailbox-order
set mark_old = no
set wait_key = no
set sendmail = "/bin/true"
set from = "demo@example.org"
set use_domain = no
set imap_check_subscribed = no
set header_cache = "{home}/cache"
"""


def configure(world, more=""):
    path = os.path.join(world.home, "muttrc")
    with open(path, "w") as file:
        file.write(SETTINGS.format(user=world.user, password=world.password, host=world.proxy.host,
                                   port=world.proxy.port, home=world.home) + more)
    return path


def in_terminal(world, *command):
    """Runs a program that needs a terminal until it ends by itself; returns what it drew."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.home)
        environment = {"HOME": world.home, "PATH": os.environ["PATH"], "TERM": "xterm", "LANG": "C.UTF-8"}
        os.execvpe(command[0], command, environment)
    drawn, until = b"", time.monotonic() + 45
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        try:
            data = os.read(terminal, 65536) if ready else None
        except OSError:
            data = b""
        if data == b"":
            break
        drawn += data or b""
    else:
        os.kill(child, 9)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, f"{command} ended with {status}: {drawn[-2000:]!r}"
    return drawn


def files_mail(world):
    world.fill("INBOX", 4)
    # flag the first, delete the second, save the third to Archive (copy and delete), read the fourth, leave
    keys = "<first-entry><flag-message>2<enter><delete-message>3<enter><save-message><kill-line>=Archive<enter>" \
           "4<enter><display-message><exit><quit>"
    in_terminal(world, "mutt", "-n", "-F", configure(world, f"push '{keys}'\n"), "-f", "+INBOX")
    equal(world.mail("INBOX"), [(frozenset({"\\Flagged"}), given.message(1)), (frozenset({"\\Seen"}), given.message(4))],
          "INBOX")
    equal([message for _, message in world.mail("Archive")], [given.message(3)], "Archive")


def reopens_with_its_header_cache(world):
    world.fill("INBOX", 3)
    path = configure(world, "push '<quit>'\n")
    in_terminal(world, "mutt", "-n", "-F", path, "-f", "+INBOX")
    world.fill("INBOX", 1)
    drawn = in_terminal(world, "mutt", "-n", "-F", path, "-f", "+INBOX")
    assert drawn.count(b"message 1") >= 1, drawn
    equal(len(world.mail("INBOX")), 4, "messages")


def keeps_a_copy_of_what_it_sends(world):
    world.run("mutt", "-n", "-F", configure(world), "-s", "hello", "--", "x@example.org", input=b"the text\n")
    (flags, message), = world.mail("Sent")
    assert b"Subject: hello\r\n" in message and b"the text\r\n" in message, message
    equal(flags, frozenset({"\\Seen"}), "flags")


if __name__ == "__main__":
    run(files_mail, reopens_with_its_header_cache, keeps_a_copy_of_what_it_sends)
