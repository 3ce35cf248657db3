"""The sockets on which mail servers ask, by the Dovecot authentication protocol, who may send mail and who gets it."""

import os
import re
import stat
import time

from tests.program.sasl_client import SECRET, Scram, jwt, key_file
from tests.run.asker import REMOTE, Asker
from tests.run.program import equal, main
from tests.run.sasl import b64, plain
from tests.run.server import PASSWORD, Server

NO_DELAY = "failed_login_delay = 0\nfailed_login_delay_max = 0\n"
ADDRESSES = "[accounts]\ndefault_domain = \"example.org\"\n"


def text_of(server, limits=NO_DELAY, group=False):
    return (f"{ADDRESSES}[auth]\nsocket = \"unix:{logins(server)}\"\nuserdb = \"unix:{users(server)}\"\n"
            f"group = {str(group).lower()}\n[oauth]\nalgorithm = \"HS256\"\nkey_file = \"{key_file(server)}\"\n"
            f"issuer = \"https://id\"\naudience = \"smtp\"\n[limits]\n{limits}")


def logins(server):
    return os.path.join(server.home, "auth")


def users(server):
    return os.path.join(server.home, "userdb")


def world(postbag, wirecheck):
    server = Server(postbag, wirecheck)
    server.configure(text_of(server))
    return server


def the_greeting_offers_what_can_be_checked_here(server):
    with Asker(logins(server)) as asker, Asker(logins(server)) as other:
        equal(asker.greeting[0], ["VERSION", "1", "2"])
        process, connection, cookie = asker.greeting[-4:-1]   # Postfix wants the mechanisms before these
        equal(process, ["SPID", str(server.process.pid)])
        assert connection[0] == "CUID" and connection != other.greeting[-3], asker.greeting
        assert re.fullmatch("[0-9a-f]{32}", cookie[1]) and cookie != other.greeting[-2], asker.greeting
        offers = {line[1]: line[2:] for line in asker.greeting if line[0] == "MECH"}
        equal(offers, {"SCRAM-SHA-256": ["mutual-auth"], "OAUTHBEARER": ["plaintext"], "XOAUTH2": ["plaintext"],
                       "PLAIN": ["plaintext"], "LOGIN": ["plaintext"]})


def passwords_are_checked(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        equal(asker.plain(user.upper() + "@Example.org", PASSWORD), ["OK", "1", f"user={user}"])
        server.await_log(f'info login peer="{REMOTE}:0" user="{user.upper()}@Example.org" detail="smtp: PLAIN"')
        equal(asker.exchange(2, "PLAIN", lambda _: f"\0{user}\0{PASSWORD}"), ["OK", "2", f"user={user}"])
        replies = {b"Username:": user, b"Password:": PASSWORD}
        equal(asker.exchange(3, "LOGIN", replies.get), ["OK", "3", f"user={user}"])
        equal(asker.exchange(4, "login", replies.get, initial=b64(user)), ["OK", "4", f"user={user}"])
        equal(asker.exchange(5, "LOGIN", replies.get, initial=""), ["OK", "5", f"user={user}"], "as Exim begins it")
        equal(asker.exchange(6, "PLAIN", lambda _: f"\0{user}\0{PASSWORD}", initial=""), ["OK", "6", f"user={user}"])


def wrong_passwords_and_unknown_users_get_the_same_answer(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        for id, name in enumerate((user, "nobody"), 1):
            equal(asker.plain(name, "wrong", id), ["FAIL", str(id), f"user={name}"])
            server.await_log(f'warning login failed peer="{REMOTE}:0" user="{name}" '
                             'detail="smtp: PLAIN: wrong password"')
        equal(asker.plain(user, PASSWORD, 3)[0], "OK", "the connection goes on")
    assert PASSWORD not in server.log_tail() and b64(PASSWORD) not in server.log_tail()


def scram_proves_both_sides(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        scram = Scram(user, PASSWORD)
        line = asker.exchange(1, "SCRAM-SHA-256", scram.answer, initial=b64(scram.header + scram.bare))
        equal(line, ["OK", "1", f"user={user}"])
        assert scram.verifier
        scram = Scram(user, "wrong")
        line = asker.exchange(2, "SCRAM-SHA-256", scram.answer, initial=b64(scram.header + scram.bare))
        equal(line, ["FAIL", "2", f"user={user}"])


def tokens_log_in(server):
    user = server.add_user()
    token = jwt({"iss": "https://id", "aud": "smtp", "sub": user, "exp": time.time() + 300}, SECRET)
    bearer = b"n,,\1auth=Bearer " + token + b"\1\1"
    with Asker(logins(server)) as asker:
        equal(asker.exchange(1, "OAUTHBEARER", lambda _: b"\1", initial=b64(bearer)), ["OK", "1", f"user={user}"])
        line = asker.exchange(2, "OAUTHBEARER", lambda _: b"\1", initial=b64(bearer.replace(b"Bearer ey", b"Bearer ex")))
        equal(line[0], "FAIL")


def a_password_in_the_clear_is_taken_from_this_machine_only(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        for id, remote in enumerate((REMOTE, "2001:db8::1", None), 1):
            line = asker.plain(user, PASSWORD, id, remote=remote, secured=False)
            equal(line, ["FAIL", str(id), "reason=Passwords are accepted only over an encrypted connection"], remote)
        server.await_log(f'login refused peer="{REMOTE}:0" detail="smtp: the connection is not encrypted"')
        for id, remote in enumerate(("127.0.0.1", "::1"), 11):
            equal(asker.plain(user, PASSWORD, id, remote=remote, secured=False)[0], "OK", remote)
        equal(asker.plain(user, PASSWORD, 21, remote="nonsense")[2:], ["reason=Invalid address of the client"])
        equal(asker.plain(user, PASSWORD, 22, remote="unix:/x")[2:], ["reason=Invalid address of the client"])


def mechanisms_that_are_not_offered_are_refused(server):
    with Asker(logins(server)) as asker:
        for id, name in enumerate(("EXTERNAL", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "CRAM-MD5", ""), 1):
            asker.auth(id, name)
            equal(asker.answer(id), ["FAIL", str(id), "reason=Unknown authentication mechanism"], name)


def messages_that_are_none_are_refused_and_the_connection_goes_on(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        for id, initial in enumerate(("!!!", b64("no NUL"), b64("\0\0\0\0"), b64(b"\0\xff\0x")), 1):
            asker.auth(id, "PLAIN", initial=initial)
            equal(asker.answer(id)[0], "FAIL", initial)
        asker.auth(9, "LOGIN")
        equal(asker.answer(9), ["CONT", "9", b64("Username:")])
        asker.send("CONT\t9\t*\n")
        equal(asker.answer(9), ["FAIL", "9", "reason=Authentication cancelled"])
        asker.auth(10, "PLAIN", f"resp={plain(user, PASSWORD)}\tresp={plain('nobody', 'x')}\trip=127.0.0.1")
        equal(asker.answer(10), ["OK", "10", f"user={user}"], "what stands behind resp= is not read")
        server.await_log(f'info login peer="{REMOTE}:0" user="{user}"')


def app_passwords_work_unless_they_are_for_reading(server):
    user = server.add_user()
    full, reading = (server.run("user", "app-password", "add", user, label, *how, "--dir", server.data).decode().strip()
                     for label, how in (("phone", []), ("backup", ["--read-only"])))
    with Asker(logins(server)) as asker:
        equal(asker.plain(user, full)[0], "OK")
        equal(asker.plain(user, reading, 2), ["FAIL", "2", f"user={user}",
                                              "reason=This password is for reading mail only", "code=authz_fail"])
    server.await_log(f'login refused peer="{REMOTE}:0" user="{user}" detail="smtp: PLAIN: a password for reading"')


def administrators_act_for_others(server):
    user, admin = server.add_user(), server.add_user()
    server.run("user", "admin", admin, "on", "--dir", server.data)
    with Asker(logins(server)) as asker:
        equal(asker.plain(admin, PASSWORD, 1, user), ["OK", "1", f"user={user}"])
        server.await_log(f'user="{user}" detail="smtp: PLAIN, by {admin}"')
        line = asker.plain(user, PASSWORD, 2, admin)
        equal((line[0], line[-1]), ("FAIL", "code=authz_fail"))


def who_has_moved_sends_through_the_new_server(server):
    user, admin = server.add_user(), server.add_user()
    server.run("user", "admin", admin, "on", "--dir", server.data)
    server.run("user", "move", user, "imap://new.example.org/", "--dir", server.data)
    refusal = [f"user={user}", "reason=The account has moved to another server", "code=authz_fail"]
    with Asker(logins(server)) as asker:
        equal(asker.plain(user, PASSWORD), ["FAIL", "1", *refusal])
        server.await_log(f'info login after move peer="{REMOTE}:0" user="{user}" '
                         f'detail="smtp: PLAIN: moved to imap://{user};AUTH=*@new.example.org/"')
        scram = Scram(user, PASSWORD)
        equal(asker.exchange(2, "SCRAM-SHA-256", scram.answer, initial=b64(scram.header + scram.bare)),
              ["FAIL", "2", *refusal])
        equal(asker.plain(admin, PASSWORD, 3, user), ["FAIL", "3", *refusal], "an administrator for it")
        equal(asker.plain(user, "wrong", 4), ["FAIL", "4", f"user={user}"], "as everybody with a wrong password")
        server.run("user", "move", user, "--here", "--dir", server.data)
        equal(asker.plain(user, PASSWORD, 5), ["OK", "5", f"user={user}"])


def mail_for_who_has_moved_is_neither_taken_nor_refused_for_good(server):
    user = server.add_user()
    with Asker(users(server), last="SPID", hello="VERSION\t1\t1\n") as asker:
        for id, move, answer in ((1, "imap://new.example.org/", ["FAIL", "1", "the account has moved to another server"]),
                                 (2, "--here", ["USER", "2", user])):
            server.run("user", "move", user, move, "--dir", server.data)
            asker.send(f"USER\t{id}\t{user}+lists\tservice=lmtp\n")
            equal(asker.answer(id), answer)


def many_requests_run_at_once(server):
    names = [server.add_user() for _ in range(3)]
    right = {id: id % 10 != 0 for id in range(60)}   # each wrong one costs a hash
    with Asker(logins(server), deadline=60.0) as asker:
        for id, name in enumerate(names, 100):
            equal(asker.plain(name, PASSWORD, id)[0], "OK")
        for id in right:
            asker.auth(id, "LOGIN", initial=b64(names[id % 3]))
        for id in reversed(right):
            equal(asker.answer(id), ["CONT", str(id), b64("Password:")])
            asker.send(f"CONT\t{id}\t{b64(PASSWORD if right[id] else 'wrong')}\n")
        for id in right:
            equal(asker.answer(id), ["OK" if right[id] else "FAIL", str(id), f"user={names[id % 3]}"])


def too_many_requests_and_connections_are_refused_for_now(server):
    user = server.add_user()
    server.restart(text_of(server, NO_DELAY + "auth_requests = 2\nauth_connections = 2\n"))
    with Asker(logins(server)) as asker, Asker(logins(server)):
        for id in (1, 2):
            asker.auth(id, "LOGIN")
            asker.answer(id)
        equal(asker.plain(user, PASSWORD, 3), ["FAIL", "3", "reason=Too many requests", "temp", "code=temp_fail"])
        asker.send("CANCEL\t1\n")
        asker.send(f"CONT\t2\t{b64(user)}\n")
        asker.answer(2)
        equal(asker.plain(user, PASSWORD, 4)[0], "OK", "there is room again")
        try:
            Asker(logins(server))
            raise AssertionError("a third connection was served")
        except (TypeError, ConnectionError):   # it ends before the greeting
            pass


def a_cancelled_request_gets_no_answer_and_its_number_is_free(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        asker.auth(1, "LOGIN", initial=b64(user))
        equal(asker.answer(1)[0], "CONT")
        asker.send("CANCEL\t1\n")
        equal(asker.plain(user, PASSWORD, 1), ["OK", "1", f"user={user}"])
        asker.auth(2, "PLAIN", initial=plain(user, PASSWORD))
        asker.send("CANCEL\t2\nCANCEL\t77\nCONT\t77\tAAAA\n")
        equal(asker.plain(user, "wrong", 3)[0], "FAIL")
        equal(asker.kept, [], "answers to nobody")


def what_breaks_the_protocol_ends_the_connection(server):
    user = server.add_user()
    good = f"AUTH\t1\tPLAIN\tsecured\trip={REMOTE}\tresp={plain(user, PASSWORD)}\n"
    for text, why in ((b"GET / HTTP/1.1\r\n", "unknown command"), (b"\n", "unknown command"),
                      (b"\xff\x00\x01\x80\n", "unknown command"), (b"AUTH\n", "malformed"),
                      (b"AUTH\tx\tPLAIN\n", "malformed"), (b"AUTH\t4294967296\tPLAIN\n", "malformed"),
                      (b"AUTH\t-1\tPLAIN\n", "malformed"), (b"AUTH\t1\n", "malformed"), (b"CONT\t1\n", "malformed"),
                      (b"CANCEL\n", "malformed"), (b"VERSION\t2\t0\n", "another version"), (b"VERSION\n", "malformed"),
                      (b"AUTH\t5\tLOGIN\tsecured\n" * 2, "number of another"), (b"x" * 20000, "too long"),
                      (b"AUTH\t1\tPLAIN\tresp=" + b"A" * 20000 + b"\n", "too long"),
                      (b"USER\t1\tx\tservice=smtp\n", "on the socket for logins")):
        with Asker(logins(server)) as asker:
            asker.send(text)
            while (line := asker.line()) is not None:
                assert line[0] == "CONT", line
            server.await_log(why)
    with Asker(logins(server), hello="") as asker:
        asker.send(good)
        assert asker.at_end()
        server.await_log("it did not introduce itself")
    with Asker(logins(server)) as asker:
        asker.send(b"\t".join(b"AUTH 1 PLAIN".split()) + b"\tx" * 6000 + good[12:].encode())
        equal(asker.answer(1)[0], "OK", "any number of options within a line")


def who_does_not_introduce_itself_or_respond_does_not_stay(server):
    server.restart(text_of(server, NO_DELAY + "login_time = 1\n"))
    with Asker(logins(server), hello="") as silent, Asker(logins(server)) as asker:
        assert silent.at_end()
        asker.auth(1, "LOGIN")
        equal(asker.answer(1)[0], "CONT")
        equal(asker.answer(1), ["FAIL", "1", "reason=No response"])


def delays_count_by_the_address_of_the_client(server):
    user = server.add_user()
    server.restart(text_of(server, "failed_login_delay = 5\nfailed_login_delay_max = 5\n"))
    with Asker(logins(server)) as asker:
        equal(asker.plain(user, PASSWORD, 3, remote="203.0.113.10")[0], "OK")   # the next time it costs no hash
        began = time.monotonic()
        asker.auth(1, "PLAIN", initial=plain("nobody", "wrong"))
        equal(asker.plain(user, PASSWORD, 2, remote="203.0.113.10")[0], "OK")
        equal(asker.kept, [], "the other address did not wait for the wrong password")
        equal(asker.answer(1)[0], "FAIL")
        assert time.monotonic() - began >= 5, "the wrong password was answered at once"


def who_leaves_during_the_check_has_still_guessed(server):
    user = server.add_user()
    server.restart(text_of(server, "failed_login_delay = 6\nfailed_login_delay_max = 6\n"))
    with Asker(logins(server)) as guesser:
        guesser.auth(1, "PLAIN", initial=plain(user, "wrong"))
        guesser.auth(2, "NONE")
        equal(guesser.answer(2)[0], "FAIL")   # so the first one has begun
    server.await_log("login failed")
    began = time.monotonic()
    with Asker(logins(server)) as asker:
        equal(asker.plain(user, PASSWORD)[0], "OK")
    assert time.monotonic() - began > 1, "the guess was forgotten"


def who_would_wait_longer_than_mail_servers_do_is_refused_for_now(server):
    user = server.add_user()
    server.restart(text_of(server, "failed_login_delay = 30\nfailed_login_delay_max = 30\n"))
    with Asker(logins(server), deadline=9.9) as asker:
        equal(asker.plain(user, "wrong"), ["FAIL", "1", f"user={user}"])
        equal(asker.plain(user, PASSWORD, 2), ["FAIL", "2", f"user={user}", "temp", "code=temp_fail"])


def who_sends_its_end_gets_its_answers(server):
    user = server.add_user()
    with Asker(logins(server)) as asker:
        asker.auth(1, "PLAIN", initial=plain(user, PASSWORD))
        asker.auth(2, "LOGIN")
        asker.socket.shutdown(1)
        equal(asker.answer(1), ["OK", "1", f"user={user}"])
        equal(asker.answer(2)[0], "CONT")
        equal(asker.answer(2)[0], "FAIL")
        assert asker.at_end()


def users_are_found_as_deliveries_find_them(server):
    user = server.add_user()
    with Asker(users(server), last="SPID", hello="VERSION\t1\t1\n") as asker:
        equal([line[0] for line in asker.greeting], ["VERSION", "SPID"])
        for id, name in enumerate((user, user.upper(), f"{user}@example.org", f"{user}+lists",
                                   f"{user}+lists@example.org"), 1):
            asker.send(f"USER\t{id}\t{name}\tservice=lmtp\trip={REMOTE}\n")
            equal(asker.answer(id), ["USER", str(id), user], name)
        for id, name in enumerate(("nobody", f"{user}@elsewhere.example", "", "\1t", "\1" * 9000), 11):
            asker.send(f"USER\t{id}\t{name}\tservice=lmtp\n")
            equal(asker.answer(id), ["NOTFOUND", str(id)], name)
        asker.auth(1, "PLAIN")
        assert asker.at_end()
        server.await_log("on the socket for users")


def the_sockets_belong_to_the_user_or_to_its_group(server):
    equal(stat.S_IMODE(os.stat(logins(server)).st_mode), 0o600)
    server.restart(text_of(server, group=True))
    equal([stat.S_IMODE(os.stat(path(server)).st_mode) for path in (logins, users)], [0o660] * 2)
    with Asker(logins(server)) as asker:
        asker.auth(1, "LOGIN")
        asker.answer(1)
        server.stop()
        equal(asker.answer(1)[0], "FAIL", "who waits is answered at the end")
        assert asker.at_end()
    assert not os.path.exists(logins(server)), "the file stays"


if __name__ == "__main__":
    main(the_greeting_offers_what_can_be_checked_here,
         passwords_are_checked,
         wrong_passwords_and_unknown_users_get_the_same_answer,
         scram_proves_both_sides,
         tokens_log_in,
         a_password_in_the_clear_is_taken_from_this_machine_only,
         mechanisms_that_are_not_offered_are_refused,
         messages_that_are_none_are_refused_and_the_connection_goes_on,
         app_passwords_work_unless_they_are_for_reading,
         administrators_act_for_others,
         who_has_moved_sends_through_the_new_server,
         mail_for_who_has_moved_is_neither_taken_nor_refused_for_good,
         many_requests_run_at_once,
         too_many_requests_and_connections_are_refused_for_now,
         a_cancelled_request_gets_no_answer_and_its_number_is_free,
         what_breaks_the_protocol_ends_the_connection,
         who_does_not_introduce_itself_or_respond_does_not_stay,
         delays_count_by_the_address_of_the_client,
         who_leaves_during_the_check_has_still_guessed,
         who_would_wait_longer_than_mail_servers_do_is_refused_for_now,
         who_sends_its_end_gets_its_answers,
         users_are_found_as_deliveries_find_them,
         the_sockets_belong_to_the_user_or_to_its_group,
         world=world)
