"""An IMAP server on loopback with one mailbox: as much of RFC 3501 as a reader of unread mail needs."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD, FOLDER = "returns", 'pass "word"', "Returned mail"
LITERAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class ImapMailbox:
    """The mailbox: mails by their number, and which are read. ``refuses`` names commands that it says NO to."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    signed_in: int = 0

    def put(self, mail: bytes) -> int:
        """Have a mail come in."""
        number = max(self.mails, default=0) + 1
        self.mails[number] = mail
        return number


@contextmanager
def imap_server() -> Iterator[ImapMailbox]:
    """Run one."""
    mailbox = ImapMailbox()

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in iter(self.rfile.readline, b""):
                tag, command = line.decode().strip().split(" ", 1)
                name = command.split()[1 if command.startswith("UID ") else 0].upper()
                if name in mailbox.refuses:
                    self.wfile.write(f"{tag} NO not now\r\n".encode())
                    continue
                answer = getattr(self, f"do_{name.lower()}")(command)
                self.wfile.write(answer + f"{tag} {'NO' if answer.startswith(b'* NO') else 'OK'} done\r\n".encode())
                if name == "LOGOUT":
                    return

        def do_capability(self, _command: str) -> bytes:
            return b"* CAPABILITY IMAP4rev1\r\n"

        def do_login(self, command: str) -> bytes:
            good = command == 'LOGIN {} "{}"'.format(USER, PASSWORD.replace('"', '\\"'))
            mailbox.signed_in += good
            return b"" if good else b"* NO wrong\r\n"

        def do_select(self, command: str) -> bytes:
            there = command == f'SELECT "{FOLDER}"'
            return f"* {len(mailbox.mails)} EXISTS\r\n".encode() if there else b"* NO such folder\r\n"

        def do_search(self, _command: str) -> bytes:
            unread = " ".join(str(one) for one in sorted(set(mailbox.mails) - mailbox.seen))
            return f"* SEARCH {unread}\r\n".encode()

        def do_fetch(self, command: str) -> bytes:
            number, most = int(command.split()[2]), LITERAL.search(command)
            mail = mailbox.mails[number][: int(most[1]) if most else None]
            return f"* {number} FETCH (UID {number} BODY[]<0> {{{len(mail)}}}\r\n".encode() + mail + b")\r\n"

        def do_store(self, command: str) -> bytes:
            mailbox.seen.update(int(one) for one in command.split()[2].split(","))
            return b""

        def do_logout(self, _command: str) -> bytes:
            return b"* BYE\r\n"

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Line) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield mailbox
        server.shutdown()
        thread.join()
