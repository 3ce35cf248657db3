"""The headers of the PROXY protocol, versions 1 and 2, as a proxy sends them."""

import socket
import struct

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"   # of version 2
SERVER = "198.51.100.1"


def text_header(client, port=50000):
    return f"PROXY TCP4 {client} {SERVER} {port} 143\r\n".encode()


def addresses(client, port=50000):
    """What a binary header says of a connection over TCP and IPv4."""
    return socket.inet_aton(client) + socket.inet_aton(SERVER) + struct.pack(">HH", port, 143)


def binary_header(block, command=0x21, family=0x11, length=None):
    """`length` is what it says of its block, if that is not the truth."""
    return SIGNATURE + bytes([command, family]) + struct.pack(">H", len(block) if length is None else length) + block
