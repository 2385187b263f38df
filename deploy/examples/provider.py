# A ministry's own handler behind `wasl agent --provide`, over the invented register beside it: python3 provider.py [PORT]
import json
import sys
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# By document type, whole documents as their schemas want them, without `asOf`.
REGISTER = json.loads(Path(__file__).with_name("register.json").read_text("utf-8"))
# Where a document says whom it is about, by the scheme that the subject is named in.
ABOUT = {
    "jo:national-number": ["nationalNumber", "ownerNationalNumber", "headNationalNumber"],
    "jo:vehicle-plate": ["plate"],
}


def answer(asked):
    subject = asked["subject"]
    about = ABOUT[subject["scheme"]]
    found = [one for one in REGISTER[asked["documentType"]] if subject["value"] in [one.get(claim) for claim in about]]
    if len(found) == 0:
        return {"outcome": "not-found"}
    if len(found) > 1:
        return {"outcome": "ambiguous"}  # never the first of them
    as_of = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"outcome": "found", "document": {"asOf": as_of, **found[0]}}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            status, said = 200, answer(asked)
        except KeyError:
            status, said = 500, {}  # a failure: not "no record"
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # a request line says nothing that belongs in a log


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 7461), Handler)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
