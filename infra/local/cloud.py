"""The embedded cloud's process: MiniStack with snapshots. Runs in .local/cloud, never in the tools' environment.

MiniStack writes its state only at SIGTERM; a snapshot every few seconds lets a killed cloud come back.
"""

import json
import os
import signal
import threading
import time
from pathlib import Path

# Seconds between snapshots: five, or some more where a big state takes long, so that they stay a small part.
EVERY = 5
AT_MOST = 15
SHARE = 10


def forget_stream_positions(state: Path) -> None:
    """A restarted stream counts its records from 0 again, so a kept position would swallow as many new ones."""
    saved = state / "lambda.json"
    if saved.exists():
        kept = json.loads(saved.read_text("utf-8"))
        kept["payload"]["dynamodb_stream_positions"]["data"] = {}
        saved.write_text(json.dumps(kept), "utf-8")


def end_with_parent() -> None:
    """Our standard input closes when whoever started us is gone, however that happened."""
    # Not sys.stdin: its lock, held by a waiting thread, would abort the interpreter's own shutdown.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    forget_stream_positions(Path(os.environ["STATE_DIR"]))
    from ministack import app

    save_all, turn = app.save_all, threading.Lock()

    def save_in_turn(services: object) -> None:
        # The last save at SIGTERM and a snapshot would write the same temporary files.
        with turn:
            save_all(services)

    def snapshot() -> None:
        pause = float(EVERY)
        while True:
            time.sleep(pause)
            began = time.monotonic()
            save_in_turn(app._build_persistence_save_dict())
            pause = min(AT_MOST, max(EVERY, SHARE * (time.monotonic() - began)))

    app.save_all = save_in_turn
    for work in (snapshot, end_with_parent):
        threading.Thread(target=work, daemon=True).start()
    app.main()


if __name__ == "__main__":
    main()
