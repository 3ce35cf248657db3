"""A TCP proxy that records what a mail program and the server send to each other."""

import socket
import threading


class Proxy:
    """Listens on `self.address`; each connection's server bytes go to a stream that the server's check_wire() parses."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.sent = []                      # per connection, what the program sent
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.threads = []
        self._start(self._accept)

    @property
    def host(self):
        return self.address[0]

    @property
    def port(self):
        return self.address[1]

    def said(self):
        """All that the program sent so far, over all connections, in order of connecting."""
        return b"".join(bytes(sent) for sent in self.sent)

    def close(self):
        """Ends listening and waits for the connections to end."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(timeout=10)

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                program, _ = self.listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(self.server.address)
            sent = bytearray()
            self.sent.append(sent)
            record = open(self.server.stream_path(self.name), "wb")
            self._start(copy, program, upstream, sent.extend)
            self._start(copy, upstream, program, lambda data, file=record: (file.write(data), file.flush()))


def copy(source, target, note):
    """Until one of the two closes."""
    try:
        while data := source.recv(65536):
            note(data)
            target.sendall(data)
    except OSError:
        pass
    for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        try:
            end.shutdown(how)
        except OSError:
            pass
