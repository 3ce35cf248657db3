"""An Exim of the test's own, in a directory of its own: it asks postbag who may send, and delivers to it."""

import os
import pwd
import shutil

from tests.mail_servers.mail_server import MailServer, namespaces_work, needed
from tests.run.program import Skipped

# Where tools/install-deps unpacks exim4-daemon-heavy, which Debian installs in the place of Postfix only.
PROGRAM = "/opt/exim4-daemon-heavy/usr/sbin/exim4"

# As nobody but root and its own user may name a configuration, it does not become root again to deliver.
CONFIG = """
exim_path = {exim}
spool_directory = {home}/spool
log_file_path = {home}/log-%s
pid_file_path = {home}/pid
primary_hostname = mail.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
keep_environment =
deliver_drop_privilege = true
acl_smtp_rcpt = recipient

begin acl
recipient:
  accept authenticated = *
  deny message = not authenticated

begin routers
postbag:
  driver = accept
  domains = example.org
  local_parts = lsearch;{home}/users
  transport = postbag

begin transports
postbag:
  driver = pipe
  command = {postbag} deliver $local_part_data --dir {data}
  log_fail_output = true

begin authenticators
plain:
  driver = dovecot
  public_name = PLAIN
  server_socket = {socket}
  server_set_id = $auth1
login:
  driver = dovecot
  public_name = LOGIN
  server_socket = {socket}
  server_set_id = $auth1
"""


class Exim(MailServer):
    """`socket` is the path of postbag's socket; Exim runs as `user`, who owns the directory `data`."""

    ready = "daemon started"
    logs = ("log", "log-main")
    taken, refused, not_asked = "235 Authentication", "535 Incorrect", "550 not authenticated"

    def __init__(self, home, socket, postbag, data, user):
        super().__init__(home)
        config = os.path.join(home, "config")
        self.command = [PROGRAM, "-C", config, "-bdf"]
        self.prepared = list(self._with_user(user))
        with open(config, "w") as file:
            file.write(CONFIG.format(exim=PROGRAM, home=home, port=self.port, socket=socket, postbag=postbag, data=data))
        shutil.chown(home, user)

    @staticmethod
    def group(user):
        """The number of the group of its processes. Skipped where this test cannot run."""
        needed("swaks")
        if not os.path.exists(PROGRAM):
            raise Skipped(f"{PROGRAM} is not there")
        if not namespaces_work():
            raise Skipped("Exim needs an /etc/passwd of its own, for which there can be no namespace here")
        return pwd.getpwnam(user).pw_gid

    def know(self, users):
        with open(os.path.join(self.home, "users"), "w") as file:
            file.writelines(f"{user}: {user}\n" for user in users)

    @staticmethod
    def logged(mechanism, user):
        """What its log has of a mail for which `user` logged in."""
        return f"A={mechanism.lower()}:{user}"

    def _with_user(self, user):
        """Shell commands that put copies in the place of two files: there the user and the group of Exim's package have the
        numbers of `user`."""
        owner = pwd.getpwnam(user)
        for name, line in (("passwd", f"Debian-exim:x:{owner.pw_uid}:{owner.pw_gid}::/:/usr/sbin/nologin\n"),
                           ("group", f"Debian-exim:x:{owner.pw_gid}:\n")):
            copy = os.path.join(self.home, name)
            shutil.copy(f"/etc/{name}", copy)
            with open(copy, "a") as file:
                file.write(line)
            yield f"mount --bind {copy} /etc/{name}"
