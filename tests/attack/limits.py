"""The limits of the attacked server. Those of conf/postbag.toml are as they are but for what would take too long or too much."""

PROXY = "127.250.0.1"    # whose PROXY headers the server believes
MESSAGE = 8_000_000      # bytes
MAILBOXES = 200
LOGIN_TIME = 10          # seconds

HANDSHAKE_TIME = 3       # seconds

CONFIG = f"""proxies = ["{PROXY}/32"]
listen_tls = ["127.0.0.1:0"]

[limits]
message = {MESSAGE}
append_messages = 100
append_bytes = 10000000
mailboxes = {MAILBOXES}
password_queue = 16
login_time = {LOGIN_TIME}
tls_handshake_time = {HANDSHAKE_TIME}
failed_login_delay = 1
failed_login_delay_max = 2
"""
