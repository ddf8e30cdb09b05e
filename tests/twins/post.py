"""Carriers that deliver into lists. What they answer next can be scripted: an exception is raised instead."""

from dataclasses import dataclass, field

from chalicelib.core.errors import NotFound
from chalicelib.core.post import Mail


@dataclass
class Script:
    """Answers for the next calls, first to last; when it is used up every call succeeds.

    `lost` are those that come after the message has left: it is on its way, and nobody is told.
    """

    answers: list[BaseException | None] = field(default_factory=list)
    lost: bool = False

    def before(self) -> None:
        if not self.lost:
            self._play()

    def after(self) -> None:
        if self.lost:
            self._play()

    def _play(self) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


@dataclass
class MemoryMail:
    """A MailCarrier; `sent` is what left the city."""

    script: Script = field(default_factory=Script)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> str:
        self.script.before()
        self.sent.append(mail)
        self.script.after()
        return f"mail-{len(self.sent)}"


@dataclass
class MemoryPhones:
    """A PhoneCarrier; `texts` are (number, words) as phones got them, `published` (topic, words) as they left."""

    script: Script = field(default_factory=Script)
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    published: list[tuple[str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def text(self, number: str, words: str) -> str:
        self.script.before()
        self.texts.append((number, words))
        self.script.after()
        return f"text-{len(self.texts)}"

    def publish(self, topic: str, words: str) -> str:
        self.script.before()
        if topic not in self.topics:
            raise NotFound
        self.published.append((topic, words))
        self.texts += [(number, words) for number in self.topics[topic].values()]
        self.script.after()
        return f"publish-{len(self.published)}"

    def subscribe(self, topic: str, number: str) -> str:
        self.topics.setdefault(topic, {})[f"{topic}:{number}"] = number
        return f"{topic}:{number}"

    def unsubscribe(self, subscription: str) -> None:
        self.topics.get(subscription.partition(":")[0], {}).pop(subscription, None)


@dataclass
class MemoryQueue:
    """A Queue; `bodies` are the messages on it."""

    bodies: list[str] = field(default_factory=list)

    def send(self, body: str) -> None:
        self.bodies.append(body)


@dataclass
class MemoryFifo:
    """Groups keep their order; a key that came before is the same message."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def send(self, body: str, *, group: str, key: str) -> None:
        body.encode("ascii")
        if key not in self.keys:
            self.keys.add(key)
            self.messages.append((group, body))
