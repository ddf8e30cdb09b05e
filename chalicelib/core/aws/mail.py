"""E-mail through SES: a MIME message by SendRawEmail in one attempt (v2 would rebuild it and lose its headers)."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any, Final

from chalicelib.core.aws.sends import sent_once
from chalicelib.core.post import ROW_TAG, Mail, Refused

# InvalidParameterValue is how SES says that an address is none.
FINAL: Final = frozenset({"MessageRejected", "InvalidParameterValue"})
NAME: Final = "Sewaka"
HEADER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
PRINTABLE: Final = re.compile(r"[\x20-\x7e]{1,900}")
LONGEST_LINE: Final = 998


class _Whole(EmailPolicy):
    """Leaves ASCII headers in one line: folding turns a long List-Unsubscribe link into encoded words."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        line = f"{name}: {value}"
        if line.isascii() and len(line) <= LONGEST_LINE:
            return f"{line}\r\n".encode()
        return super().fold_binary(name, value)


POLICY: Final = _Whole(linesep=SMTP.linesep, cte_type="7bit")


class SesMail:
    """A MailCarrier. `ses` is a boto3 client of SES v1 without retries; `sender` an address of a verified domain."""

    def __init__(self, ses: Any, sender: str, configuration_set: str) -> None:
        self._ses = ses
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail: Mail) -> str:
        request = {
            "Source": self._sender,
            "Destinations": [mail.to],
            "RawMessage": {"Data": self._written(mail)},
        }
        answer = sent_once(lambda: self._ses.send_raw_email(**request), FINAL)
        return str(answer["MessageId"])

    def _written(self, mail: Mail) -> bytes:
        try:
            return mime(mail, self._sender, self._configuration_set)
        except ValueError:
            raise Refused("malformed", final=True) from None


def mime(mail: Mail, sender: str, configuration_set: str) -> bytes:
    """The message as it leaves; SES adds Date and Message-ID. Raises ValueError for what no header may hold."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(sender, NAME)
    message["To"] = _address(mail.to)
    message["Subject"] = _one_line(mail.subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-SES-CONFIGURATION-SET"] = configuration_set
    message["X-SES-MESSAGE-TAGS"] = f"{ROW_TAG}={mail.row}"
    for name, value in mail.headers:
        _add(message, name, value)
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    # Not before: making alternatives moves every Content header into the first of them.
    message["Content-Language"] = mail.language
    return message.as_bytes()


def _address(address: str, name: str = "") -> Address:
    """One ASCII address; ValueError for anything else."""
    try:
        found = Address(name, addr_spec=address)
    except (MessageError, IndexError) as broken:
        raise ValueError("not one address") from broken
    if not address.isascii() or not found.domain:
        raise ValueError("not one address that SES can send to")
    return found


def _one_line(subject: str) -> str:
    """Any run of blanks and line ends is one space, other controls are left out: a subject is never two headers."""
    return "".join(sign for sign in " ".join(subject.split()) if sign.isprintable())


def _add(message: EmailMessage, name: str, value: str) -> None:
    if not HEADER_NAME.fullmatch(name) or not PRINTABLE.fullmatch(value) or name in message:
        raise ValueError(f"not a header that a mail may add: {name[:60]!r}")
    message[name] = value
