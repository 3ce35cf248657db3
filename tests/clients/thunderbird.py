"""A Thunderbird without a screen, with a profile of its own; Marionette, Mozilla's remote control, drives it."""

import json
import os
import re
import signal
import socket
import subprocess
import time

from tests.run.wire import Late

PROGRAM = "/usr/lib/thunderbird/thunderbird"
SCRIPTS = os.path.join(os.path.dirname(__file__), "thunderbird.js")
START = 90   # seconds until it is ready
SENT = re.compile(r":SendData: \d+ (.*)")

# It asks nobody but the mail server: all else goes to a proxy that is not there.
PREFERENCES = {
    "marionette.port": 0,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.manage-offline-status": False,
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "mailnews.auto_config_url": "",
    "mailnews.start_page.enabled": False,
    "mail.inappnotifications.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.biff.show_alert": False,
    "mail.biff.play_sound": False,
}


class Failed(AssertionError):
    """Thunderbird did not start, or what it was asked to do failed."""


class Thunderbird:
    """As a context manager it runs; all its files are below `home`. `preferences` are added to PREFERENCES."""

    def __init__(self, home, preferences={}):
        self.home, self.profile = home, os.path.join(home, "profile")
        self.conversation = os.path.join(home, "imap.log")
        self.process = self.remote = None
        os.makedirs(self.profile)
        with open(os.path.join(self.profile, "user.js"), "w") as file:
            for name, value in {**PREFERENCES, **preferences}.items():
                file.write(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n")

    def __enter__(self):
        command = [PROGRAM, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
                   "--profile", self.profile]
        environment = {"HOME": self.home, "TMPDIR": self.home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MOZ_LOG": "IMAP:4,sync",
                       "MOZ_LOG_FILE": self.conversation, "MOZ_CRASHREPORTER_DISABLE": "1"}
        with open(os.path.join(self.home, "output"), "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=environment, cwd=self.home, start_new_session=True)
        try:
            self.remote = Marionette(self._port())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.remote:
            self.remote.close()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)   # its children too: nothing of it is needed any more
        except ProcessLookupError:
            pass
        self.process.wait()

    def do(self, function, *arguments, seconds=60):
        """What a function of thunderbird.js returns. Failed when it fails or takes longer."""
        with open(SCRIPTS) as scripts:
            text = f"{scripts.read()}\nreturn (async () => {function}(...arguments[0]))();"
        return self.remote.run(text, list(arguments), seconds)

    def trust(self, path):
        """Servers whose certificate comes from this authority, the only one in a PEM file."""
        with open(path) as file:
            self.do("trust", "".join(file.read().split("-----")[2].split()))

    def commands(self):
        """What it has sent over IMAP, without the tags."""
        with open(self.conversation + ".moz_log", errors="replace") as log:
            return SENT.findall(log.read())

    def _port(self):
        """Of its remote control, once it has written it down."""
        path, ends = os.path.join(self.profile, "MarionetteActivePort"), time.monotonic() + START
        while not os.path.exists(path) or not os.path.getsize(path):
            if time.monotonic() > ends or self.process.poll() is not None:
                with open(os.path.join(self.home, "output"), errors="replace") as output:
                    raise Failed("Thunderbird did not start: " + output.read()[-3000:])
            time.sleep(0.05)
        with open(path) as file:
            return int(file.read())


class Marionette:
    """Its remote control: requests [0, id, name, parameters] and answers [1, id, error, result], each "LENGTH:JSON"."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.input, self.requests = self.socket.makefile("rb"), 0
        self._receive()   # who it is
        self.ask("WebDriver:NewSession", 60)
        self.ask("Marionette:SetContext", 60, value="chrome")   # inside the program, not inside a page

    def close(self):
        self.input.close()
        self.socket.close()

    def run(self, script, arguments, seconds):
        """What the script returns, or what the promise becomes that it returns."""
        self.ask("WebDriver:SetTimeouts", seconds, script=seconds * 1000)
        return self.ask("WebDriver:ExecuteScript", seconds + 30, script=script, args=[arguments], sandbox="system")["value"]

    def ask(self, command, seconds, **parameters):
        self.requests += 1
        text = json.dumps([0, self.requests, command, parameters]).encode()
        self.socket.settimeout(seconds)
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, request, error, result = self._receive()
        assert request == self.requests, "an answer to another request"
        if error:
            raise Failed(f"{error['error']}: {error['message']}")
        return result

    def _receive(self):
        try:
            length = b""
            while not length.endswith(b":"):
                more = self.input.read(1)
                if not more:
                    raise Failed("Thunderbird ended")
                length += more
            return json.loads(self.input.read(int(length[:-1])))
        except TimeoutError:
            raise Late("no answer from Thunderbird") from None
