"""Behaves at its command line like the practice org: one ready line, a health answer, an end with its input."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("port", "tls-port", "users", "orgs", "seed"):
        parser.add_argument(f"--{name}", type=int, default=0)
    parser.add_argument("--scenario")
    parser.add_argument("--end-with-stdin", action="store_true")
    asked = parser.parse_args()
    if asked.seed == 13:
        sys.exit("seed 13 is not served")
    server = ThreadingHTTPServer(("127.0.0.1", asked.port), _Healthy)
    port = server.server_address[1]
    org = {
        "org_id": "00D000000000001",
        "name": "Northwind",
        "base_url": f"http://127.0.0.1:{port}",
        "client_id": "id",
        "client_secret": "secret",
        "admin_username": "admin@example.com",
        "admin_password": "password",
        "access_token": "not kept",
    }
    ready = {"base_url": org["base_url"], "tls_url": f"https://127.0.0.1:{port + 1000}", "orgs": [org] * asked.orgs}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
