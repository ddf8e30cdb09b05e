"""Files in a dictionary. `down` is a bucket that does not answer."""

from dataclasses import dataclass, field

from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.files import File


@dataclass
class MemoryFiles:
    kept: dict[str, File] = field(default_factory=dict)
    down: bool = False

    def put(self, key: str, content: bytes, type: str) -> None:
        self._answer()
        self.kept[key] = File(content, type)

    def get(self, key: str) -> File:
        self._answer()
        if key not in self.kept:
            raise NotFound
        return self.kept[key]

    def _answer(self) -> None:
        if self.down:
            raise Unavailable(reason="aws_call")
