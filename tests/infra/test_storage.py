"""What is kept: restorable, encrypted, shut to the public, and an archive that nobody can change."""

from tests.infra.stacks import Tree, city, many, of_type, properties, statements


def statement(stage: str, policy: str, sid: str) -> Tree:
    (found,) = [one for _, one in statements(city(stage)["Resources"][policy]) if one["Sid"] == sid]
    return found


def test_the_table_can_be_restored_to_any_moment(stage: str) -> None:
    table = city(stage)["Resources"]["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_encrypted_with_a_key_of_the_city(stage: str) -> None:
    sealed = city(stage)["Resources"]["Table"]["Properties"]["SSESpecification"]
    assert sealed == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["DataKey", "Arn"]}}


def test_the_table_has_the_keys_the_indexes_and_the_stream_that_the_store_uses(stage: str) -> None:
    table = city(stage)["Resources"]["Table"]["Properties"]
    keys = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes(table)}
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    assert keys == {"lists": ["list_pk", "list_sk"], "unsent": ["unsent", "at"]}
    assert {index["Projection"]["ProjectionType"] for index in indexes(table)} == {"ALL"}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def indexes(table: Tree) -> list[Tree]:
    found: list[Tree] = table["GlobalSecondaryIndexes"]
    return found


def test_only_the_real_city_forbids_the_deletion_of_its_table() -> None:
    guarded = {
        one: city(one)["Resources"]["Table"]["Properties"]["DeletionProtectionEnabled"] for one in ("local", "prod")
    }
    assert guarded == {"local": False, "prod": True}


def test_no_bucket_can_be_made_public(stage: str) -> None:
    buckets = properties(city(stage), "AWS::S3::Bucket").values()
    assert len(buckets) == 3
    for bucket in buckets:
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_the_archive_locks_what_it_takes_against_everybody(stage: str) -> None:
    archive = city(stage)["Resources"]["ArchiveBucket"]["Properties"]
    rule = archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert archive["ObjectLockEnabled"] is True
    assert rule["Mode"] == "COMPLIANCE"
    assert rule["Days"] == {"local": 1, "staging": 1, "prod": 3650}[stage]


def test_nobody_deletes_from_the_archive(stage: str) -> None:
    deny = statement(stage, "ArchiveBucketPolicy", "NobodyDeletesFacts")
    assert deny["Effect"] == "Deny"
    assert deny["Principal"] == "*"
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion"} <= set(deny["Action"])
    assert "Condition" not in deny


def test_the_archive_takes_a_name_only_once(live_stage: str) -> None:
    deny = statement(live_stage, "ArchiveBucketPolicy", "FactsAreWrittenOnce")
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:PutObject")
    assert deny["Condition"]["Null"] == {"s3:if-none-match": "true"}


def test_only_the_keeper_changes_the_rules_of_the_archive(live_stage: str) -> None:
    deny = statement(live_stage, "ArchiveBucketPolicy", "OnlyTheKeeperChangesTheRules")
    assert deny["Effect"] == "Deny"
    assert {"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketVersioning"} <= set(deny["Action"])
    keeper = deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert keeper["Fn::Sub"].endswith(f"role/sewaka-{live_stage}-keeper")


def test_every_bucket_answers_over_tls_only(live_stage: str) -> None:
    for policy in ("ArchiveBucketPolicy", "AssetBucketPolicy", "FilesBucketPolicy"):
        deny = statement(live_stage, policy, "OnlyOverTls")
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert len(deny["Resource"]) == 2


def test_the_public_reads_assets_through_the_edge_of_this_account_only(stage: str) -> None:
    (allow,) = [one for _, one in statements(city(stage)["Resources"]["AssetBucketPolicy"]) if one["Effect"] == "Allow"]
    assert allow["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allow["Action"] == "s3:GetObject"
    assert "aws:SourceArn" in allow["Condition"]["ArnLike"]


def test_only_the_keeper_ends_a_key(stage: str) -> None:
    keys = of_type(city(stage), "AWS::KMS::Key")
    assert set(keys) == {"DataKey", "VaultKey", "MacKey", "VoucherKey"}
    for key in keys.values():
        (deny,) = [one for _, one in statements(key) if one["Effect"] == "Deny"]
        assert "kms:ScheduleKeyDeletion" in deny["Action"]
        assert "ArnNotLike" in deny["Condition"]


def test_people_are_found_by_a_key_that_only_makes_macs(stage: str) -> None:
    mac = city(stage)["Resources"]["MacKey"]["Properties"]
    assert (mac["KeySpec"], mac["KeyUsage"]) == ("HMAC_256", "GENERATE_VERIFY_MAC")


def test_vouchers_are_signed_by_a_key_pair_on_the_curve_that_browsers_know(stage: str) -> None:
    key = city(stage)["Resources"]["VoucherKey"]["Properties"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_files_of_the_city_outlive_mistakes_and_no_stranger_reads_them(stage: str) -> None:
    files = city(stage)["Resources"]["FilesBucket"]
    (rule,) = files["Properties"]["LifecycleConfiguration"]["Rules"]
    assert files["DeletionPolicy"] == "RetainExceptOnCreate"
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "ExpirationInDays" not in rule
    allowed = city(stage)["Resources"].get("FilesBucketPolicy", {"Properties": {}})["Properties"]
    assert [one["Effect"] for one in allowed.get("PolicyDocument", {}).get("Statement", [])] in ([], ["Deny"])


def test_the_key_of_the_table_works_only_through_what_it_encrypts(stage: str) -> None:
    key = city(stage)["Resources"]["DataKey"]
    allowed = [one for _, one in statements(key) if one["Effect"] == "Allow" and one["Principal"] == {"AWS": "*"}]
    (through,) = allowed
    assert set(through["Condition"]["StringEquals"]) == {"kms:CallerAccount", "kms:ViaService"}
    assert all("kms" not in many(one["Resource"]) for _, one in statements(key))


def test_logs_of_text_messages_are_encrypted_and_soon_gone() -> None:
    groups = properties(city("prod"), "AWS::Logs::LogGroup")
    for name in ("SmsLogGroup", "SmsFailureLogGroup"):
        assert groups[name]["KmsKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
        assert groups[name]["RetentionInDays"] <= 14
