"""Every message of the corpus through the real server: what its file expects, and what must hold of any message."""

from tests.messages import corpus, rules
from tests.run.program import main, option

LEAST = 150


def written(value):
    if isinstance(value, list):
        return "(" + " ".join(map(written, value)) + ")"
    if value is None or isinstance(value, int):
        return "NIL" if value is None else str(value)
    return '"' + corpus.shown(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


ENVELOPE = ["DATE", "SUBJECT", "FROM", "SENDER", "REPLY-TO", "TO", "CC", "BCC", "IN-REPLY-TO", "MESSAGE-ID"]


def shape(part):
    """mixed(text/plain message/rfc822(text/html))"""
    name = part.type.decode().removeprefix("multipart/") if part.multipart else part.type.decode()
    return name + (f"({' '.join(map(shape, part.children))})" if part.children else "")


def answer(key, content, answers, uid):
    """The server's answer to the question of one line; `content` is what the line expects."""
    if key in ("ENVELOPE", "BODYSTRUCTURE"):
        return written(answers.items[key])
    if key in ("FOUND", "MISSING"):
        return content if (uid in found(answers.client, content)) == (key == "FOUND") else "not so"
    if key in ENVELOPE:
        return written(answers.items["ENVELOPE"][ENVELOPE.index(key)])
    if key == "SHAPE":
        return shape(answers.structure)
    if key == "COUNT-TO":
        return str(len(answers.items["ENVELOPE"][5]))
    if key == "COUNT-PARAMETERS":
        return str(len(answers.items["BODYSTRUCTURE"][2]))
    kind, _, rest = key.partition("[")
    if kind == "ENCODING":
        return written(answers.parts[rest[:-1]].encoding)
    item = f"{kind}.PEEK[{rest}" if kind in ("BODY", "BINARY") else key
    got = answers.fetch([item])
    return written(got[key])


def found(client, text):
    octets = text.encode()
    lines, _ = client.command("UID SEARCH CHARSET UTF-8 TEXT {%d}" % len(octets), [octets])
    line = next(line for line in lines if line.startswith(b"* SEARCH"))
    return {int(number) for number in line.split()[2:]}


def failures(message, client, uid):
    """What is wrong with the answers about one message."""
    answers = rules.Answers(client, uid)
    try:
        rules.check(message.raw, answers)
    except AssertionError as wrong:
        yield f"{message.where}: {message.title}: {wrong}"
    for key, content, where in message.expected:
        got = answer(key, content, answers, uid)
        if got != content:
            yield f"{where}: {message.title}: {key}\n  got  {got}\n  want {content}"


def appended(message, client, kept):
    """APPENDs as a literal8 (RFC 3516 section 4.4); what is stored joins `kept`."""
    tagged = client.any_command("APPEND INBOX ~{%d}" % len(message.raw), [message.raw])[1].decode()
    if tagged.startswith("OK"):
        kept.append(message)
    want = next((content for key, content, _ in message.expected if key == "REFUSED"), "OK")
    return [] if tagged.startswith(want) else [f"{message.where}: {message.title}: APPEND: {tagged}, want {want}"]


def print_answers(message, client, uid):
    answers = rules.Answers(client, uid)
    print(f"=== {message.title}\nENVELOPE {written(answers.items['ENVELOPE'])}")
    print(f"BODYSTRUCTURE {written(answers.items['BODYSTRUCTURE'])}")
    for number, part in answers.parts.items():
        for item in (f"BODY[{number}]", f"BINARY[{number}]"):
            if item in answers.items and not part.multipart:
                print(item, written(answers.items[item]))


def every_message_is_answered_about_as_its_file_expects(server, only, show):
    messages = [m for path in corpus.files() for m in corpus.messages(path) if only in m.where + m.title]
    wrong = [f"{m.where}: {m.title}: expects nothing" for m in messages if not m.expected]
    if not only and len(messages) < LEAST:
        wrong.append(f"only {len(messages)} messages")
    client = server.logged_in(server.add_user(), deadline=60)
    kept = []
    for message in messages:
        wrong += appended(message, client, kept)
    client.command("SELECT INBOX")
    for uid, message in enumerate(kept, 1):
        if show:
            print_answers(message, client, uid)
        else:
            wrong += failures(message, client, uid)
    client.close()
    assert not wrong, "\n".join([f"{len(wrong)} failures", *wrong])
    return f"{len(messages)} messages"


if __name__ == "__main__":
    main(every_message_is_answered_about_as_its_file_expects,
         options=[option("--only", default="", metavar="TEXT", help="only messages whose file or title contains this"),
                  option("--show", action="store_true", help="print what the server answers")])
