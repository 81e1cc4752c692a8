"""A small web site that a test may look into: which paths it has, and who asked for them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Pages:
    """Serves `paths` (path to content type and body, or to the URL that it redirects to) until it is stopped."""

    def __init__(self, paths):
        self.asked = []
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def do_GET(self):
                pages.asked.append(self.path)
                page = paths.get(self.path)
                if isinstance(page, str):
                    self.send_response(302)
                    self.send_header("location", page)
                    body = b""
                else:
                    kind, body = page or ("text/plain", b"no such page")
                    self.send_response(200 if page else 404)
                    self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
