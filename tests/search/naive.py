"""A mailbox as a list of messages, and what SEARCH, SORT and THREAD mean on it: written from the RFCs without regard to
speed, sharing nothing with the server; mime.py reads the messages."""

import email.utils
import re
import unicodedata

from tests.search import mime


def folded(text):
    """i;unicode-casemap, RFC 5051 section 2."""
    titled = (c.title() if len(c.title()) == 1 else c for c in text)
    return "".join(unicodedata.normalize("NFKD", c) for c in titled).encode("utf-8", "surrogateescape")


def searched(text):
    """What SEARCH compares: white space of any kind and length is one space."""
    return re.sub(rb"[ \t-\r]+", b" ", folded(text))


class Message:
    def __init__(self, raw, uid, arrived, flags=()):
        self.raw, self.uid, self.arrived, self.flags = raw, uid, arrived, set(flags)
        self.parsed = mime.parsed(raw)
        self.recent = False
        self.told_addresses = {}
        self._folded_texts = {}

    def written(self, name):
        return [value for field, value in self.parsed.fields if field.lower() == name.lower()]

    def values(self, name):
        return [mime.decoded_words(value.strip(" \t")) for value in self.written(name)]

    def field_texts(self, name):
        return [text for value in self.written(name) for text in mime.readings(value)]

    def address_texts(self, name):
        """What ENVELOPE reported of the addresses in field `name`. RFC 9051 section 7.5.2."""
        return [text for address in self.told_addresses[name] or [] for text in readings_of_address(*address)]

    def texts(self, with_own_header):
        """All texts that BODY (or TEXT) looks into: the headers' lines, unfolded and decoded, and what is text."""
        found = []
        for part in self.parsed.walk():
            if with_own_header or part is not self.parsed:
                found += [text for line in mime.header_lines(part.header) for text in mime.readings(line)]
            found += part.texts()
        return found

    def has(self, needle, with_own_header):
        """True if the folded needle is in one of the texts."""
        if with_own_header not in self._folded_texts:
            self._folded_texts[with_own_header] = [searched(text) for text in self.texts(with_own_header)]
        return not needle or any(needle in text for text in self._folded_texts[with_own_header])

    def sent(self):
        """The Date field as (date, seconds since 1970), or nothing."""
        values = self.values("Date")
        parsed = email.utils.parsedate_tz(values[0]) if values else None
        if not parsed:
            return None
        return parsed[:3], email.utils.mktime_tz(parsed[:9] + (parsed[9] or 0,))

    def sent_or_arrived(self):
        sent = self.sent()
        return sent[1] if sent else self.arrived.timestamp()

    def addresses(self, name):
        return email.utils.getaddresses(self.values(name)[:1] if name == "From" else self.values(name))

    def written_addresses(self, name):
        """With the names as they are written."""
        return email.utils.getaddresses(self.written(name)[:1] if name == "From" else self.written(name))


def readings_of_address(name, route, mailbox, host):
    if mailbox is None or host is None:
        return mime.readings(mime.utf8(mailbox or b""))
    bare = f" <{mime.utf8(mailbox)}{'@' if host else ''}{mime.utf8(host)}>"
    return [text + bare for text in mime.readings(mime.utf8(name or b""))]


# RFC 5256 section 2.1

BLOB = r"\[[^][]*\][ ]*"
REFWD = rf"(?:re|fwd?)[ ]*(?:{BLOB})?:"


def base_subject(text):
    """The base subject, and True if something that makes a reply or forward was removed."""
    text, marked = re.sub(r"[ \t\r\n]+", " ", text), False
    while True:                                                      # step 2 again after 6
        while found := re.search(r"(\(fwd\)|[ ])$", text, re.I):     # 2
            marked, text = marked or found[0] != " ", text[:found.start()]
        while True:
            if found := re.match(rf"(?:{BLOB})*{REFWD}|[ ]", text, re.I):    # 3
                marked, text = marked or found[0] != " ", text[found.end():]
            elif (found := re.match(BLOB, text)) and text[found.end():]:     # 4
                text = text[found.end():]
            else:
                break                                                # 5
        if not re.match(r"\[fwd:.*\]$", text, re.I | re.S):          # 6
            return text, marked
        marked, text = True, text[5:-1]


# SORT: RFC 5256 section 3, RFC 5957

def first_mailbox(message, name):
    pairs = message.addresses(name)
    return folded(pairs[0][1].rpartition("@")[0] or pairs[0][1]) if pairs else b""


def display(message, name):
    pairs = message.written_addresses(name)
    return collated(*read_text(pairs[0][0]) if pairs[0][0] else (pairs[0][1], True)) if pairs else b""


def read_text(written):
    """A field's text, or its octets and False when it is not of its charset. RFC 5255 section 4.6."""
    *texts, last = mime.readings(written.strip(" \t"))
    return last, not texts and not re.search("[\udc80-\udcff]", last)


def collated(text, was_read):
    """All that could not be read comes behind all that could."""
    return folded(text) if was_read else b"\xff" + text.encode("utf-8", "surrogateescape")


def subject_of(message):
    """(base subject as it is collated, whether it is of a reply or forward)."""
    written = message.written("Subject")
    text, was_read = read_text(written[0]) if written else ("", True)
    base, marked = base_subject(text)
    return collated(base, was_read), marked


SORT_KEYS = {
    "ARRIVAL": lambda m: m.arrived.timestamp(),
    "CC": lambda m: first_mailbox(m, "Cc"),
    "DATE": Message.sent_or_arrived,
    "FROM": lambda m: first_mailbox(m, "From"),
    "SIZE": lambda m: len(m.raw),
    "SUBJECT": lambda m: subject_of(m)[0],
    "TO": lambda m: first_mailbox(m, "To"),
    "DISPLAYFROM": lambda m: display(m, "From"),
    "DISPLAYTO": lambda m: display(m, "To"),
}


def sort(messages, criteria):
    """`criteria`: (name, reverse) each. Python's sort is stable, in reverse too, so the last criterion goes first."""
    for name, reverse in reversed(criteria):
        messages = sorted(messages, key=SORT_KEYS[name], reverse=reverse)
    return messages


# THREAD: RFC 5256 section 3

class Node:
    def __init__(self, message=None):
        self.message, self.parent, self.children = message, None, []

    def above(self):
        node = self
        while node.parent:
            node = node.parent
            yield node

    def speaker(self):
        return self.message or self.children[0].message

    def key(self):
        return self.speaker().sent_or_arrived(), self.speaker().uid

    def adopt(self, child):
        child.parent = self
        self.children.append(child)

    def leave(self):
        if self.parent:
            self.parent.children.remove(self)
            self.parent = None


def identifiers(message, name):
    return [re.sub(r"\s|\"", "", one) for value in message.values(name)[:1] for one in re.findall(r"<([^>]+)>", value)]


def linked(messages):
    """Step 1."""
    nodes, everything = {}, []

    def node(identifier):
        if identifier not in nodes:
            nodes[identifier] = Node()
            everything.append(nodes[identifier])
        return nodes[identifier]

    for message in messages:
        line = [node(one) for one in identifiers(message, "References") or identifiers(message, "In-Reply-To")[:1]]
        for parent, child in zip(line, line[1:]):
            if child.parent is None and child is not parent and child not in parent.above():
                parent.adopt(child)
        own = identifiers(message, "Message-ID")[:1]
        here = node(own[0]) if own else Node()
        if here.message or not own:
            here = Node()
            everything.append(here)
        here.message = message
        here.leave()
        if line and line[-1] is not here and here not in line[-1].above():
            line[-1].adopt(here)
    return [one for one in everything if one.parent is None]


def pruned(node, at_root):
    """Step 3: what stands in the place of this node."""
    node.children = [kept for child in node.children for kept in pruned(child, False)]
    for child in node.children:
        child.parent = node
    if node.message:
        return [node]
    if at_root and len(node.children) > 1:
        return [node]
    for child in node.children:
        child.parent = None
    return node.children


def sort_below(node):
    for child in node.children:
        sort_below(child)
    node.children.sort(key=Node.key)


def answers(node):
    return subject_of(node.speaker())[1]


def gathered(roots):
    """Step 5."""
    def subject(node):
        return subject_of(node.speaker())[0]

    table = {}
    for root in roots:
        if not subject(root):
            continue
        other = table.setdefault(subject(root), root)
        if other.message and (not root.message or (answers(other) and not answers(root))):
            table[subject(root)] = root
    roots = list(roots)
    for root in list(roots):
        other = table.get(subject(root))
        if other is None or other is root:
            continue
        roots.remove(root)
        if not root.message and not other.message:
            for child in root.children:
                other.adopt(child)
        elif not other.message or (answers(root) and not answers(other)):
            other.adopt(root)
        else:
            dummy = Node()
            roots[roots.index(other)] = dummy
            table[subject(root)] = dummy
            dummy.adopt(other)
            dummy.adopt(root)
    return roots


def newest(node):
    own = [(node.message.sent_or_arrived(), node.message.uid)] if node.message else []
    return max(own + [newest(child) for child in node.children])


def ordered_subject(messages):
    threads = {}
    for message in sorted(messages, key=lambda m: (m.sent_or_arrived(), m.uid)):
        node, subject = Node(message), subject_of(message)[0]
        if subject in threads:
            threads[subject].adopt(node)
        else:
            threads[subject] = node
    return list(threads.values())


def threads(messages, algorithm):
    """The threads in wire form, messages by UID."""
    if algorithm == "ORDEREDSUBJECT":
        roots = ordered_subject(messages)
    else:
        roots = [kept for root in linked(messages) for kept in pruned(root, True)]
        for root in roots:
            sort_below(root)
        roots.sort(key=newest if algorithm == "REFS" else Node.key)
        if algorithm == "REFERENCES":
            roots = gathered(roots)
            for root in roots:
                sort_below(root)
            roots.sort(key=Node.key)
    return "".join(f"({written(root)})" for root in roots)


def written(node):
    below = [written(child) for child in node.children]
    inner = below[0] if len(below) == 1 else "".join(f"({one})" for one in below)
    return " ".join(filter(None, [str(node.message.uid) if node.message else "", inner]))
