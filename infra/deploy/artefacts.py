"""The artefact bucket: private, encrypted, versioned; the first thing that a stage has, and the last that it loses."""

import json
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import Account, error_code

LOCK = "lock.json"
_PRIVATE = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class Artefacts:
    def __init__(self, account: Account) -> None:
        self._account, self._s3, self.bucket = account, account.client("s3"), account.artefacts

    def stand(self) -> None:
        """Make the bucket where it is missing, and let it be as it should in any case."""
        self._create()
        s3, bucket = self._s3, self.bucket
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_PRIVATE)
        s3.put_bucket_ownership_controls(
            Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        )
        s3.put_bucket_encryption(
            Bucket=bucket,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_only_over_tls(bucket)))
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration={
                "Rules": [_forget("lock", LOCK, days=1), _forget("version", "versions/", days=30), _end_uploads()]
            },
        )

    def exist(self) -> bool:
        try:
            self._s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error_code(error) in ("404", "NoSuchBucket", "NotFound"):
                return False
            raise
        return True

    def keep(self, key: str, body: bytes) -> None:
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def keep_json(self, key: str, value: Any) -> None:
        self.keep(key, json.dumps(value, indent=2, sort_keys=True).encode())

    def read(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error_code(error) in ("NoSuchKey", "NoSuchBucket", "404"):
                return None
            raise

    def read_json(self, key: str) -> Any:
        """None where it is missing."""
        body = self.read(key)
        return None if body is None else json.loads(body)

    def forget(self, key: str) -> None:
        self._s3.delete_object(Bucket=self.bucket, Key=key)

    def _create(self) -> None:
        place = {"LocationConstraint": self._account.region}
        where = {} if self._account.region == "us-east-1" else {"CreateBucketConfiguration": place}
        try:
            self._s3.create_bucket(Bucket=self.bucket, **where)
        except ClientError as error:
            if error_code(error) != "BucketAlreadyOwnedByYou":
                raise


def _only_over_tls(bucket: str) -> dict[str, Any]:
    denied = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [denied]}


def _forget(what: str, prefix: str, days: int) -> dict[str, Any]:
    """What was overwritten or deleted below the prefix, for good."""
    return {
        "ID": f"old-{what}s",
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
    }


def _end_uploads() -> dict[str, Any]:
    return {
        "ID": "broken-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
    }
