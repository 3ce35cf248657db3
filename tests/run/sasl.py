"""The message of SASL PLAIN, as tests of several kinds send it. RFC 4616 section 2."""

import base64


def b64(data):
    """Bytes, or a text in UTF-8, in base64: ASCII as str."""
    return base64.b64encode(_bytes(data)).decode()


def plain_message(user, password, authzid=""):
    """The message itself; each part is bytes or a text."""
    return b"\0".join(_bytes(part) for part in (authzid, user, password))


def plain(user, password, authzid=""):
    """The same in base64, as it goes over the wire."""
    return b64(plain_message(user, password, authzid))


def _bytes(data):
    return data if isinstance(data, bytes) else data.encode()
