# A ministry's own handler behind `wasl agent --provide`, over an invented register: python3 provider.py [PORT]
import json
import sys
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def both(en, ar):
    return {"en": en, "ar": ar}


AMMAN = {"code": "101", "town": both("Amman", "عمان"), "governorate": both("Amman", "العاصمة"), "governorateCode": "JO-AM"}
REGISTER = {
    "70-12345": {
        "registrationNumber": "EX-1", "ownerNationalNumber": "0009990099", "ownerName": both("Nobody Example", "مثال لا أحد"),
        "use": "private", "make": both("Example", "مثال"), "model": both("One", "واحد"), "modelYear": 2019,
        "colour": both("white", "أبيض"), "chassisNumber": "EXAMPLE0000000001", "engineNumber": "E1", "fuel": "hybrid",
        "engineCapacityCc": 1600, "seats": 5, "firstRegisteredOn": "2019-03-01", "expiresOn": "2027-03-01",
        "insuredUntil": "2027-03-01", "registrationOffice": AMMAN, "lienHolder": None,
    }
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        plate = asked["subject"]["value"]
        if plate in REGISTER:
            as_of = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            answer = {"outcome": "found", "document": {"asOf": as_of, "plate": plate, **REGISTER[plate]}}
        else:
            answer = {"outcome": "not-found"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # a request line says nothing that belongs in a log


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 7461), Handler)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
