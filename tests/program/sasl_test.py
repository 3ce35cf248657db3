"""Who is who: the mechanisms of AUTHENTICATE, application passwords, administrators, tokens, accounts of other servers."""

import base64
import crypt
import hashlib
import os
import sqlite3
import time

from tests.program.exit_codes import BAD_DATA, NO_USER, USAGE, ended, exit_code
from tests.program.sasl_client import SECRET, Scram, authenticate, b64, jwt, key_file, plain, refused
from tests.run.program import equal, main
from tests.run.server import PASSWORD, Server

NO_DELAY = "[limits]\nfailed_login_delay = 0\nfailed_login_delay_max = 0\n"
FAILED = b"NO [AUTHENTICATIONFAILED]"


def world(postbag, wirecheck):
    server = Server(postbag, wirecheck)
    server.configure(NO_DELAY + "[login]\nscram_sha1 = true\n[oauth]\nalgorithm = \"HS256\"\n"
                     f"key_file = \"{key_file(server)}\"\nissuer = \"https://id\"\naudience = \"imap\"\nscope = \"mail\"\n")
    return server


PATIENCE = 60   # seconds; a login may wait for three hashes, on a busy machine


def opened(server):
    session = server.connect(deadline=PATIENCE)
    session.greet()
    return session


def database(server):
    return sqlite3.connect(os.path.join(server.data, "directory.db"), timeout=10)


def stored(server, user):
    connection = database(server)
    row = connection.execute("SELECT password_hash, scram FROM account WHERE name = ?", (user,)).fetchone()
    connection.close()
    return row


def scram_logs_in_and_proves_the_server(server):
    user = server.add_user()
    scram = Scram(user, PASSWORD)
    session = opened(server)
    line = scram.login(session)
    assert line.startswith(b"OK [CAPABILITY "), line
    equal(session.challenges[-1], scram.verifier, "the server's proof")
    session.command("SELECT INBOX")
    server.await_log("SCRAM-SHA-256")


def scram_with_a_wrong_password_fails(server):
    user = server.add_user()
    assert Scram(user, "wrong").login(opened(server)).startswith(FAILED)
    server.await_log("login failed")
    line = server.log_tail().splitlines()[-1]
    assert "login failed" in line and "SCRAM-SHA-256: wrong password" in line, line


def first_answer(server, user, mechanism="SCRAM-SHA-256"):
    """Salt and iterations, without more of the exchange."""
    scram, session = Scram(user, PASSWORD, mechanism), opened(server)
    scram.login(session)
    return scram.server[b"s"], scram.server[b"i"]


def scram_does_not_reveal_who_has_an_account(server):
    user = server.add_user()
    real, made_up = first_answer(server, user), first_answer(server, "nobody")
    equal((len(made_up[0]), made_up[1]), (len(real[0]), real[1]), "the forms")
    equal(first_answer(server, "NOBODY"), made_up, "another spelling")
    assert first_answer(server, "nobody2")[0] != made_up[0]
    with open(server.config) as file:
        server.restart(file.read())
    equal(first_answer(server, "nobody"), made_up, "after a restart")
    equal(first_answer(server, user), real, "of the account after a restart")
    assert Scram("nobody", PASSWORD).login(opened(server)).startswith(FAILED)


def accounts_without_keys_get_them_at_their_next_password(server):
    user = server.add_user()
    assert "SCRAM-SHA-1$" not in stored(server, user)[1], "made without the server's settings"
    connection = database(server)
    connection.execute("UPDATE account SET scram = ''")
    connection.commit()
    connection.close()
    assert Scram(user, PASSWORD).login(opened(server)).startswith(FAILED)
    server.logged_in(user, deadline=PATIENCE)
    hash, keys = stored(server, user)
    assert hash.startswith("$argon2id$") and "SCRAM-SHA-256$" in keys and "SCRAM-SHA-1$" in keys, (hash, keys)
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1"):
        line = Scram(user, PASSWORD, mechanism).login(opened(server))
        assert line.startswith(b"OK"), (mechanism, line)


def without_scram_only_passwords_are_asked_for(server):
    user = server.add_user()
    with open(server.config) as file:
        config = file.read()
    server.restart(config.replace("[login]\n", "[login]\nscram = false\n"))
    lines, _ = opened(server).command("CAPABILITY")
    assert b"AUTH=PLAIN" in lines[0] and b"SCRAM" not in lines[0], lines
    assert Scram(user, PASSWORD).login(opened(server)).startswith(b"NO [CANNOT]")
    assert plain(opened(server), user, PASSWORD).startswith(b"OK")
    server.restart(config)


def a_new_password_replaces_the_keys(server):
    user = server.add_user()
    equal(exit_code(server, "user", "passwd", user, input=b"other\n"), 0, "passwd")
    assert Scram(user, PASSWORD).login(opened(server)).startswith(FAILED)
    assert Scram(user, "other").login(opened(server)).startswith(b"OK")


def login_asks_for_name_and_password(server):
    user = server.add_user()
    answers = {b"Username:": user.encode(), b"Password:": PASSWORD.encode()}
    assert authenticate(opened(server), "LOGIN", answers.get).startswith(b"OK")
    assert authenticate(opened(server), "LOGIN", answers.get, user.encode()).startswith(b"OK")
    answers[b"Password:"] = b"wrong"
    assert authenticate(opened(server), "LOGIN", answers.get).startswith(FAILED)


def an_exchange_is_cancelled_at_any_point(server):
    user = server.add_user()
    session = opened(server)
    assert authenticate(session, "LOGIN", lambda _: None).startswith(b"BAD")
    scram = Scram(user, PASSWORD)
    assert authenticate(session, "SCRAM-SHA-256", lambda _: None, scram.header + scram.bare).startswith(b"BAD")
    session = opened(server)
    scram = Scram(user, PASSWORD)
    line = authenticate(session, "SCRAM-SHA-256",
                        lambda text: None if text.startswith(b"v=") else scram.answer(text), scram.header + scram.bare)
    assert line.startswith(b"BAD"), line
    assert refused(session.command, "SELECT INBOX"), "not logged in"
    session.login(user, PASSWORD)


def administrators_act_for_others(server):
    user, admin, other = (server.add_user() for _ in range(3))
    server.run("user", "admin", admin, "on", "--dir", server.data)
    mine = server.logged_in(user)
    mine.command("CREATE Mine")
    for login in (lambda s, who: plain(s, who, PASSWORD, user), lambda s, who: Scram(who, PASSWORD, authzid=user).login(s)):
        session = opened(server)
        assert login(session, admin).startswith(b"OK")
        lines, _ = session.command("STATUS Mine (MESSAGES)")
        equal(lines, [b"* STATUS Mine (MESSAGES 0)"], "the mailbox of the other")
        assert login(opened(server), other).startswith(b"NO [AUTHORIZATIONFAILED]")
        assert login(opened(server), user).startswith(b"OK"), "oneself, by name"
    server.await_log(f"by {admin}")
    assert plain(opened(server), admin, PASSWORD, "nobody").startswith(b"NO [AUTHORIZATIONFAILED]")
    assert plain(opened(server), admin, "wrong", user).startswith(FAILED)
    acting = opened(server)
    assert plain(acting, admin, PASSWORD, user).startswith(b"OK")
    server.run("user", "admin", admin, "off", "--dir", server.data)
    assert acting.response().startswith(b"* BYE"), "what it does for others ends"
    mine.command("NOOP")
    assert plain(opened(server), admin, PASSWORD, user).startswith(b"NO [AUTHORIZATIONFAILED]")
    equal(exit_code(server, "user", "admin", "nobody", "on"), NO_USER, "of nobody")


def app_passwords_work_until_they_are_revoked(server):
    user = server.add_user()
    server.run("user", "admin", user, "on", "--dir", server.data)
    phone = server.run("user", "app-password", "add", user, "my phone", "--dir", server.data).decode().strip()
    equal(exit_code(server, "user", "app-password", "add", user, "my phone"), BAD_DATA, "the same label")
    listed = server.run("user", "app-password", "list", user, "--dir", server.data).decode()
    assert "\tfull\tmy phone\n" in listed and phone not in listed, listed
    session = opened(server)
    session.login(user, phone)
    session.command("CREATE Made")
    other = server.add_user()
    assert plain(opened(server), user, phone, other).startswith(b"NO [AUTHORIZATIONFAILED]"), "no administrator"
    assert plain(opened(server), other, phone).startswith(FAILED), "another's"
    server.logged_in(user)
    server.run("user", "app-password", "remove", user, "my phone", "--dir", server.data)
    assert session.response().startswith(b"* BYE"), "its sessions end"
    assert plain(opened(server), user, phone).startswith(FAILED)
    assert exit_code(server, "user", "app-password", "remove", user, "my phone") != 0


def a_login_for_reading_changes_nothing(server):
    user = server.add_user()
    writer = server.logged_in(user)
    writer.append("INBOX", b"Subject: x\r\n\r\ny\r\n")
    password = server.run("user", "app-password", "add", user, "backup", "--read-only", "--dir", server.data)
    session = opened(server)
    session.login(user, password.decode().strip())
    lines, tagged = session.command("SELECT INBOX")
    assert b"[READ-ONLY]" in tagged, tagged
    lines, _ = session.command("FETCH 1 (FLAGS BODY[])")
    assert b"Subject: x" in lines[0] and b"\\Seen" not in lines[0], lines
    for command in ("STORE 1 +FLAGS (\\Seen)", "UID STORE 1 +FLAGS (\\Seen)", "EXPUNGE", "UID EXPUNGE 1", "COPY 1 Trash",
                    "UID COPY 1 Trash", "MOVE 1 Trash", "UID MOVE 1 Trash", "CREATE New", "DELETE Trash",
                    "RENAME Trash Waste", "SUBSCRIBE Trash", "UNSUBSCRIBE Trash"):
        why = refused(session.command, command)
        assert "NOPERM" in why, (command, why)
    for command in (b"APPEND INBOX {5}", b"REPLACE 1 INBOX {5}"):
        session.send(b"x " + command + b"\r\n")
        assert session.response().startswith(b"x NO [NOPERM]"), command
    session.command("CLOSE")
    lines, _ = writer.command("STATUS INBOX (MESSAGES UNSEEN)")
    equal(lines, [b"* STATUS INBOX (MESSAGES 1 UNSEEN 1)"], "unchanged")


def guesses_of_one_address_take_turns(server):
    """Each waits for the delay of the one before, although all have come at the same moment."""
    user, delay, guesses = server.add_user(), 1, 4
    with open(server.config) as file:
        config = file.read()
    server.restart(config.replace(NO_DELAY, f"[limits]\nfailed_login_delay = {delay}\nfailed_login_delay_max = {delay}\n"))
    assert plain(opened(server), user, "wrong").startswith(FAILED)
    sessions, began = [opened(server) for _ in range(guesses)], time.monotonic()
    for session in sessions:
        session.send(b"a LOGIN " + user.encode() + b" wrong\r\n")
    for session in sessions:
        assert session.response().startswith(b"a " + FAILED)
    took = time.monotonic() - began
    assert took >= (guesses - 1) * delay, took
    assert plain(opened(server), user, PASSWORD).startswith(b"OK"), "who waited is not kept out"
    server.restart(config)


def bearer(session, token, user=""):
    said = b"n," + (b"a=" + user.encode() if user else b"") + b",\1auth=Bearer " + token + b"\1\1"
    return authenticate(session, "OAUTHBEARER", lambda _: b"\1", said)


def tokens_log_in(server):
    user, other = server.add_user(), server.add_user()
    now = int(time.time())
    good = {"iss": "https://id", "aud": "imap", "sub": user, "exp": now + 300}
    assert bearer(opened(server), jwt(good, SECRET)).startswith(b"OK")
    assert bearer(opened(server), jwt(good, SECRET), user).startswith(b"OK")
    assert bearer(opened(server), jwt({**good, "aud": ["web", "imap"]}, SECRET)).startswith(b"OK")
    said = b"user=" + user.encode() + b"\1auth=Bearer " + jwt(good, SECRET) + b"\1\1"
    assert authenticate(opened(server), "XOAUTH2", None, said).startswith(b"OK")
    server.await_log("XOAUTH2")
    assert bearer(opened(server), jwt(good, SECRET), other).startswith(b"NO [AUTHORIZATIONFAILED]")


def tokens_that_are_not_valid_get_the_error_of_rfc_7628(server):
    user = server.add_user()
    now = int(time.time())
    good = {"iss": "https://id", "aud": "imap", "sub": user, "exp": now + 300}
    unsigned = jwt(good, SECRET, {"alg": "none"})
    for what, token in [("expired", jwt({**good, "exp": now - 300}, SECRET)),
                        ("not yet", jwt({**good, "nbf": now + 300}, SECRET)),
                        ("without an end", jwt({k: v for k, v in good.items() if k != "exp"}, SECRET)),
                        ("another's audience", jwt({**good, "aud": "web"}, SECRET)),
                        ("another issuer", jwt({**good, "iss": "https://evil"}, SECRET)),
                        ("no user", jwt({**good, "sub": 7}, SECRET)),
                        ("another key", jwt(good, SECRET[::-1])),
                        ("no algorithm", unsigned), ("no signature", unsigned[:unsigned.rindex(b".") + 1]),
                        ("another algorithm", jwt(good, SECRET, {"alg": "RS256"})),
                        ("what must be understood", jwt(good, SECRET, {"alg": "HS256", "crit": ["x"], "x": 1})),
                        ("no token", b"x"), ("of nobody", jwt({**good, "sub": "nobody"}, SECRET))]:
        session = opened(server)
        line = bearer(session, token)
        assert line.startswith(FAILED), (what, line)
        if what != "of nobody":
            equal(session.challenges, [b'{"status":"invalid_token","scope":"mail"}'], what)


NEW_SERVER = "imap://new.example.org/"


def moved(server, user=None):
    user = user or server.add_user()
    server.run("user", "move", user, NEW_SERVER, "--dir", server.data)
    return user


def referred_to_new_server(line, user):
    equal(line, f"NO [REFERRAL imap://{user};AUTH=*@new.example.org/] The account has moved to another server".encode())


def a_moved_account_is_referred_once_it_has_proved_itself(server):
    user = server.add_user()
    phone = server.run("user", "app-password", "add", user, "phone", "--dir", server.data).decode().strip()
    moved(server, user)
    token = jwt({"iss": "https://id", "aud": "imap", "sub": user, "exp": int(time.time()) + 300}, SECRET)
    for login in (lambda s: Scram(user, PASSWORD).login(s), lambda s: plain(s, user, PASSWORD), lambda s: plain(s, user, phone),
                  lambda s: bearer(s, token), lambda s: plain(s, user, PASSWORD, user)):
        referred_to_new_server(login(opened(server)), user)
    scram, session = Scram(user, PASSWORD), opened(server)
    referred_to_new_server(scram.login(session), user)
    equal(session.challenges[-1], scram.verifier, "the server has proved itself before it sends the client away")
    server.await_log(f'user="{user}" detail="SCRAM-SHA-256: moved to imap://{user};AUTH=*@new.example.org/"')
    line = [line for line in server.log_tail().splitlines() if "login after move" in line][-1]
    assert ' info login after move peer="127.0.0.1:' in line, line


def nobody_else_learns_that_an_account_has_moved(server):
    user = moved(server)
    for login in (lambda s, who: Scram(who, "wrong").login(s), lambda s, who: plain(s, who, "wrong"),
                  lambda s, who: bearer(s, b"wrong", who)):
        answers = [(session := opened(server), login(session, who), len(session.challenges))[1:] for who in (user, "nobody")]
        equal(answers[0], answers[1], "of the moved account and of nobody")
        assert answers[0][0].startswith(FAILED), answers
    scram, session = Scram(user, PASSWORD), opened(server)
    line = authenticate(session, "SCRAM-SHA-256", lambda text: None if text.startswith(b"v=") else scram.answer(text),
                        scram.header + scram.bare)
    assert line.startswith(b"BAD"), "who does not wait for the server's proof is told nothing"
    real, made_up = first_answer(server, user), first_answer(server, "nobody")
    equal((len(made_up[0]), made_up[1]), (len(real[0]), real[1]), "what SCRAM shows first")


def a_referral_is_no_failed_login(server):
    """Neither for the delay of its address nor for the one of its user."""
    user, delay = moved(server), 20
    with open(server.config) as file:
        config = file.read()
    server.restart(config.replace(NO_DELAY, f"[limits]\nfailed_login_delay = {delay}\nfailed_login_delay_max = {delay}\n"))
    session, began = opened(server), time.monotonic()
    for _ in range(4):
        referred_to_new_server(plain(session, user, PASSWORD), user)
    assert time.monotonic() - began < delay
    server.restart(config)


def administrators_fetch_what_a_moved_account_left(server):
    admin, user, other = server.add_user(), server.add_user(), server.add_user()
    server.logged_in(user).command("CREATE Mine")
    server.run("user", "admin", admin, "on", "--dir", server.data)
    acting = opened(server)
    assert plain(acting, admin, PASSWORD, user).startswith(b"OK")
    moved(server, user)
    assert acting.response().startswith(b"* BYE"), "nobody stays in it unawares"
    acting = opened(server)
    assert Scram(admin, PASSWORD, authzid=user).login(acting).startswith(b"OK")
    acting.command("SELECT Mine")
    assert plain(opened(server), admin, PASSWORD, other).startswith(b"OK")
    moved(server, admin)
    for who in (user, other, "nobody"):
        line = plain(opened(server), admin, PASSWORD, who)
        assert line.startswith(b"NO [AUTHORIZATIONFAILED]"), line


def accounts_are_moved_and_moved_back(server):
    user, name = server.add_user(), "b;öb@example.org"
    server.add_user(name)
    equal(exit_code(server, "user", "move", "nobody", NEW_SERVER), NO_USER, "nobody")
    equal(exit_code(server, "user", "move", "nobody", "--here"), NO_USER, "nobody, back")
    for where in ([], [NEW_SERVER, "--here"], [""], ["new.example.org"], ["imaps://new.example.org/"], ["imap://[::1]/"],
                  ["imap://new/INBOX"], ["imap://new\r\n/"]):
        equal(exit_code(server, "user", "move", user, *where), USAGE, where)
    server.logged_in(user)
    equal(exit_code(server, "user", "move", user, "imap://robert@new.example.org:1143"), 0)
    equal(exit_code(server, "user", "move", name.upper(), NEW_SERVER), 0)
    listed = server.run("user", "list", "--dir", server.data).decode().splitlines()
    assert f"{user}\timap://robert;AUTH=*@new.example.org:1143/" in listed, listed
    assert f"{name}\timap://b%3B%C3%B6b%40example.org;AUTH=*@new.example.org/" in listed, listed
    assert plain(opened(server), name, PASSWORD).startswith(b"NO [REFERRAL imap://b%3B%C3%B6b%40example.org;AUTH=*@new.exam")
    for who in (user, name):
        equal(exit_code(server, "user", "move", who, "--here"), 0)
        assert plain(opened(server), who, PASSWORD).startswith(b"OK")
        assert who in server.run("user", "list", "--dir", server.data).decode().splitlines()


def salted(hash, password, salt=b"salt"):
    return b64(hashlib.new(hash, password + salt).digest() + salt).decode()


def accounts_of_dovecot_are_imported_and_rehashed(server):
    password = "pässword"
    raw = password.encode()
    scram = hashlib.pbkdf2_hmac("sha256", raw, b"salt", 4096)
    import hmac
    stored_key = hashlib.sha256(hmac.new(scram, b"Client Key", "sha256").digest()).digest()
    server_key = hmac.new(scram, b"Server Key", "sha256").digest()
    hashes = {
        "six": "{SHA512-CRYPT}" + crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512, rounds=1000)),
        "five": "{CRYPT}" + crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA256, rounds=1000)),
        "blowfish": "{BLF-CRYPT}" + crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)),
        "bare": crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA512, rounds=1000)),
        "yes": "{CRYPT}" + crypt.crypt(password, "$y$j75$saltsalt"),
        "ssha": "{SSHA}" + salted("sha1", raw), "ssha256": "{SSHA256}" + salted("sha256", raw),
        "ssha512": "{ssha512}" + salted("sha512", raw), "sha": "{SHA}" + b64(hashlib.sha1(raw).digest()).decode(),
        "hex": "{SHA256.HEX}" + hashlib.sha256(raw).hexdigest(), "smd5": "{SMD5}" + salted("md5", raw),
        "pbkdf2": "{PBKDF2}$1$salt$5000$" + hashlib.pbkdf2_hmac("sha1", raw, b"salt", 5000).hex(),
        "scram": "{SCRAM-SHA-256}4096," + ",".join(b64(x).decode() for x in (b"salt", stored_key, server_key)),
        "clear": "{PLAIN}" + password,
    }
    bad = ["cram:{CRAM-MD5}" + "0" * 64, "strange:{ROT13}x", "locked:!", "nologin:{PLAIN}x::::::nologin=y", ":x",
           "dear:{BLF-CRYPT}$2y$31$" + "a" * 53]
    path = os.path.join(server.home, "passwd")
    with open(path, "w") as file:
        file.write("# a comment\n\n" + "".join(f"{user}:{hash}:1000:1000::/home/x::\n" for user, hash in hashes.items()) +
                   "\n".join(bad) + "\n")
    code, done = ended(server, "user", "import", "passwd-file", path)
    equal(code, BAD_DATA, "some were skipped")
    assert f"{len(hashes)} added, {len(bad)} skipped" in done, done
    for part in ("CRAM-MD5 is refused", "unknown scheme ROT13", "line 20, nologin: its login is restricted"):
        assert part in done, (part, done)
    assert f"{len(hashes) - 2} cannot log in with SCRAM before" in done, done
    assert stored(server, "clear")[0].startswith("$argon2id$")
    assert Scram("scram", password).login(opened(server)).startswith(b"OK"), "by the keys of the file"
    for user in hashes:
        assert plain(opened(server), user, "wrong").startswith(FAILED), user
        assert plain(opened(server), user, password).startswith(b"OK"), user
        assert stored(server, user)[0].startswith("$argon2id$"), "rehashed"
        assert plain(opened(server), user, password).startswith(b"OK"), user
        assert plain(opened(server), user, "wrong").startswith(FAILED), user
    code, done = ended(server, "user", "import", "passwd-file", path)
    equal(code, BAD_DATA, "all were skipped")
    assert "0 added" in done and "six: account exists" in done, done


def no_secret_is_logged(server):
    user = server.add_user()
    plain(opened(server), user, "hunter2")
    token = jwt({"sub": user}, SECRET)
    bearer(opened(server), token)
    Scram(user, "hunter2").login(opened(server))
    log = server.log_tail(100_000)
    for secret in ("hunter2", base64.b64encode(b"\0" + user.encode() + b"\0hunter2").decode(), token.decode(), "p="):
        assert secret not in log, log


if __name__ == "__main__":
    main(scram_logs_in_and_proves_the_server, scram_with_a_wrong_password_fails,
         scram_does_not_reveal_who_has_an_account, accounts_without_keys_get_them_at_their_next_password,
         without_scram_only_passwords_are_asked_for, a_new_password_replaces_the_keys,
         login_asks_for_name_and_password, guesses_of_one_address_take_turns, an_exchange_is_cancelled_at_any_point,
         administrators_act_for_others, app_passwords_work_until_they_are_revoked, a_login_for_reading_changes_nothing,
         tokens_log_in, tokens_that_are_not_valid_get_the_error_of_rfc_7628,
         a_moved_account_is_referred_once_it_has_proved_itself, nobody_else_learns_that_an_account_has_moved,
         a_referral_is_no_failed_login, administrators_fetch_what_a_moved_account_left, accounts_are_moved_and_moved_back,
         accounts_of_dovecot_are_imported_and_rehashed, no_secret_is_logged, world=world)
