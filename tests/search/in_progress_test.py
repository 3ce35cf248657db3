"""Long searches, sorts and threads report their progress: rising numbers below their goal. RFC 9585."""

import re

from tests.run.program import main

DOUBLED = 12
MANY = 2**DOUBLED  # several slices of work for any machine
KEYS = "NOT TEXT absent NOT TEXT missing NOT TEXT nowhere NOT TEXT elsewhere"
COMMANDS = [f"SEARCH RETURN (COUNT) {KEYS}", f"UID SORT (DATE) UTF-8 {KEYS}", f"THREAD REFERENCES UTF-8 {KEYS}"]


def progress_of(lines):
    out = []
    for line in lines:
        if found := re.match(rb'\* OK \[INPROGRESS \("\w+" (\d+) (\d+)\)\] ', line):
            out.append((int(found.group(1)), int(found.group(2))))
    return out


def check(client, command, wanted):
    reported = progress_of(client.command(command)[0])
    done = [number for number, _ in reported]
    assert bool(reported) == wanted, f"{command}: {len(reported)} progress reports"
    assert done == sorted(done), f"{command}: {done} fall"    # equal ones: within a message that takes long
    assert len(set(done)) >= len(done) // 2, f"{command}: {done} hardly rise"
    assert all(number < goal == MANY for number, goal in reported), f"{command}: {reported}"
    return len(reported)


def filled(server):
    client = server.logged_in(server.add_user(), deadline=120)
    message = b"Subject: long\r\n\r\n" + b"some text to look through\r\n" * 40
    client.append("INBOX", message)
    client.command("SELECT INBOX")
    for _ in range(DOUBLED):
        client.command("COPY 1:* INBOX")
    return client


def long_commands_report_their_progress(server):
    server.restart("[limits]\nin_progress_time = 0\n")
    client = filled(server)
    reported = sum(check(client, command, True) for command in COMMANDS)
    return f"{reported} progress reports of {len(COMMANDS)} commands"


def commands_that_end_in_time_report_nothing(server):
    server.restart("[limits]\nin_progress_time = 3600\n")
    client = filled(server)
    for command in COMMANDS:
        check(client, command, False)


if __name__ == "__main__":
    main(long_commands_report_their_progress, commands_that_end_in_time_report_nothing)
