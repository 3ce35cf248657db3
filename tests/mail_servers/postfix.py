"""A Postfix of the test's own, in a directory of its own: it asks postbag who may send, and delivers to it."""

import grp
import os
import pwd

from tests.mail_servers.mail_server import MailServer, needed
from tests.run.program import Skipped

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/state
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks =
alias_maps =
smtpd_peername_lookup = no
disable_dns_lookups = yes
virtual_mailbox_domains = example.org
virtual_mailbox_maps = static:all
virtual_transport = postbag
postbag_destination_recipient_limit = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = unix:{socket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
postbag unix - n n - - pipe flags=Rq user={user} argv={postbag} deliver ${{user}} --dir {data}
"""


class Postfix(MailServer):
    """`socket` is the path of postbag's socket; deliveries run as `user`, who owns the directory `data`."""

    ready = "daemon started"
    taken, refused, not_asked = "235 2.7.0", "535 5.7.8", "554 5.7.1"   # what is said of a password, and without a login

    def __init__(self, home, socket, postbag, data, user):
        super().__init__(home)
        self.command = ["postfix", "-c", os.path.join(home, "etc"), "start-fg"]
        self._configure({"home": home, "socket": socket, "port": self.port, "postbag": postbag, "data": data, "user": user})

    @staticmethod
    def group(user):
        """The number of the group of its processes, whoever `user` is. Skipped where this test cannot run."""
        needed("postfix", "swaks")
        try:
            return grp.getgrnam("postfix").gr_gid
        except KeyError:
            raise Skipped("Postfix has no group") from None

    @staticmethod
    def logged(mechanism, user):
        """What its log has of a mail for which `user` logged in."""
        return f"sasl_username={user}"

    def _configure(self, values):
        for name in ("etc", "queue", "state"):
            os.makedirs(os.path.join(self.home, name))
        owner = pwd.getpwnam("postfix")
        os.chown(os.path.join(self.home, "state"), owner.pw_uid, owner.pw_gid)
        for name, text in (("main.cf", MAIN), ("master.cf", MASTER)):
            with open(os.path.join(self.home, "etc", name), "w") as file:
                file.write(text.format(**values))
