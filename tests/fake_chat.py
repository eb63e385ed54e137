"""A chat server on loopback that says what a test wants of it."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from synthesis.language.server import ChatServer, RequestLimits

Answer = Callable[[dict[str, Any]], str]


@contextmanager
def chat_server(answer: Answer) -> Iterator[ChatServer]:
    """The client of a server that answers each request with `answer(request)`; "..." at its end says that it is cut."""

    class Chat(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            row = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            if text.endswith("..."):
                row["finish_reason"] = "length"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": [row]}).encode())

        def log_message(self, *args: Any) -> None: ...

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64  # all stories come at once

    server = Server(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    limits = RequestLimits(timeout_s=10)
    yield ChatServer(f"http://127.0.0.1:{server.server_port}/v1", "a-model", limits=limits, pause=lambda seconds: None)
    server.shutdown()
    server.server_close()
