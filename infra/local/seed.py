"""The demo city: accounts for each role, the mail domain allowed to send, the archive locked. In no other stage."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.clock import utc_now
from chalicelib.payments.model.bill import demand_list
from chalicelib.payments.service.billing import Billing
from infra.local.city import ACCOUNT, STAGE, City
from infra.local.clients import client
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET

# For the local city only, which nobody else reaches; it satisfies the pool's rules.
PASSWORD = "Sewaka-Dharma-2026"  # noqa: S105


@dataclass(frozen=True)
class Account:
    """Somebody who works here. role is a group of the pool; office and village limit it."""

    username: str
    name: str
    role: str
    office: str
    village: str = ""

    @property
    def attributes(self) -> list[dict[str, str]]:
        told = {"email": f"{self.username}@denpasar.test", "email_verified": "true", "name": self.name}
        told |= {"custom:office": self.office} | ({"custom:village": self.village} if self.village else {})
        return [{"Name": name, "Value": value} for name, value in told.items()]


ACCOUNTS = (
    Account("ayu", "Ayu", "operator_ddcm", "diskominfos"),
    Account("made", "Made", "operator_ddcm", "diskominfos"),
    Account("komang", "Komang", "supervisor_112", "bpbd"),
    Account("wayan", "Wayan", "admin_opd", "dlhk"),
    Account("kadek", "Kadek", "admin_opd", "bapenda"),
    Account("rai", "Rai", "admin_opd", "bapenda"),
    Account("putu", "Putu", "field_unit", "dispar"),
    Account("sri", "Sri", "auditor", "inspektorat"),
)

# Demo data: each says so in its own words. Number, period, amount, what it is in both languages, and a name.
DEMO_BILLS = {
    "market": """
PB-0123,2026-09,150000,Contoh: kios blok A,Demo: kiosk in block A,I Wayan Contoh
PB-0123,2026-10,150000,Contoh: kios blok A,Demo: kiosk in block A,I Wayan Contoh
PB-0123,2026-11,150000,Contoh: kios blok A,Demo: kiosk in block A,I Wayan Contoh
PB-0456,2026-11,90000,Contoh: los blok C,Demo: stall in block C,Ni Made Contoh
""",
    "fine": """
STPP/2026/0042,2026-11-20,250000,Contoh: membuang sampah ke sungai,Demo: waste thrown into a river,Contoh
STPP/2026/0043,2026-11-21,500000,Contoh: parkir di trotoar,Demo: parking on a pavement,Contoh
""",
}


def seed(city: City, pool: str) -> None:
    """Makes what is missing; changes nothing that is there."""
    cognito = client(city, "cognito-idp")
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool)
    there = {user["Username"] for page in pages for user in page["Users"]}
    for account in ACCOUNTS:
        if account.username not in there:
            _make(cognito, pool, account)
    client(city, "ses").verify_domain_identity(Domain=city.parameters["MailDomain"])
    _lock_archive(city)
    _give_payment_keys(city)
    _hand_in_bills(city)


def _make(cognito: Any, pool: str, account: Account) -> None:
    who = {"UserPoolId": pool, "Username": account.username}
    told = {"UserAttributes": account.attributes, "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD}
    cognito.admin_create_user(**who, **told)
    cognito.admin_set_user_password(**who, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(**who, GroupName=account.role)


def _lock_archive(city: City) -> None:
    """The embedded CloudFormation leaves a bucket's lock rule out, and a restart forgets it."""
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    locked = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    archive = f"sewaka-{STAGE}-archive-{ACCOUNT}"
    client(city, "s3").put_object_lock_configuration(Bucket=archive, ObjectLockConfiguration=locked)


def _give_payment_keys(city: City) -> None:
    """The secret that people make by hand elsewhere."""
    secrets, name = client(city, "secretsmanager"), f"sewaka-{STAGE}-payments"
    try:
        secrets.create_secret(Name=name, SecretString=keys(city))
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=keys(city))


def keys(city: City) -> str:
    """Those of the sandbox, or of a Stripe test account; as JSON."""
    signing = [*city.stripe_signing_secrets] if city.stripe_key else [SIGNING_SECRET]
    return json.dumps({"key": city.stripe_key or KEY, "webhook_secrets": signing})


def _hand_in_bills(city: City) -> None:
    """As an officer would; the worker enters them. A later start finds that the lists were taken."""
    billing = Billing(DynamoStore(client(city, "dynamodb"), f"sewaka-{STAGE}", utc_now), utc_now)
    for scheme, lines in DEMO_BILLS.items():
        billing.take(scheme, demand_list(lines).demands, "kadek", f"demo-{scheme}")


def introduction() -> str:
    """The demo accounts as lines for the terminal."""
    rows = [f"    {one.username:<8} {one.role:<16} {one.name}, {one.office}" for one in ACCOUNTS]
    return "\n".join([f"  Demo accounts, all with the password {PASSWORD}:", *rows])
