"""Envelope encryption with the AWS Encryption SDK under one KMS key. Imported when first needed: it is heavy.

A message of the SDK carries its encryption context in the clear and commits to its data key; the algorithm has no
signature, since whoever may seal here is trusted to write the record as well.
"""

import logging
from collections.abc import Mapping
from typing import Any

from aws_encryption_sdk import EncryptionSDKClient
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError, DecryptKeyError, GenerateKeyError
from aws_encryption_sdk.identifiers import Algorithm, CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import KMSMasterKey, KMSMasterKeyConfig
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag

LONGEST = 4096

# It logs a traceback for each ciphertext that it refuses; we answer with an exception.
logging.getLogger("aws_encryption_sdk").setLevel(logging.CRITICAL)


class TrueKey(KMSMasterKey):
    """Says what KMS really answered, where the library only says that no key worked."""

    def _generate_data_key(self, *args: Any, **more: Any) -> Any:
        try:
            return super()._generate_data_key(*args, **more)
        except GenerateKeyError as error:
            raise _cause(error) from None

    def _decrypt_data_key(self, *args: Any, **more: Any) -> Any:
        try:
            return super()._decrypt_data_key(*args, **more)
        except DecryptKeyError as error:
            raise _cause(error) from None


def _cause(error: Exception) -> BaseException:
    return error.__cause__ if isinstance(error.__cause__, ClientError) else error


class Envelope:
    """`kms` is a boto3 client, `key` the full ARN: the one key that may have sealed what is opened."""

    def __init__(self, kms: Any, key: str) -> None:
        self._key = TrueKey(config=KMSMasterKeyConfig(key_id=key, client=kms))
        policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
        self._library = EncryptionSDKClient(commitment_policy=policy, max_encrypted_data_keys=1)

    def seal(self, content: bytes, context: Mapping[str, str]) -> bytes:
        """One GenerateDataKey. Raises botocore's ClientError as KMS answered."""
        sealed: bytes
        sealed, _ = self._library.encrypt(
            source=content,
            key_provider=self._key,
            encryption_context=dict(context),
            algorithm=Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
        )
        return sealed

    def open(self, sealed: bytes, context: Mapping[str, str]) -> bytes:
        """One Decrypt. Raises ClientError as KMS answered, ValueError for what is altered or of another context."""
        content: bytes
        try:
            content, header = self._library.decrypt(source=sealed, key_provider=self._key, max_body_length=LONGEST)
        except (AWSEncryptionSDKClientError, InvalidTag, OverflowError, UnicodeDecodeError) as broken:
            raise ValueError("a sealed value was altered") from broken
        if header.encryption_context != context:
            raise ValueError("a sealed value belongs to another record")
        return content
