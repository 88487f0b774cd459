"""``make admin``: makes an administrator of a stage, by the rights of whoever holds its AWS credentials.

Stage ``local`` is the platform that ``make run`` started in this folder.
"""

import argparse
import sys

from infra import on_stage
from infra.deploy.errors import Stopped


def main() -> int:
    parser = argparse.ArgumentParser(prog="make admin", description=__doc__)
    parser.add_argument("--email", required=True)
    parser.add_argument("--stage", required=True)
    wanted = parser.parse_args()
    if not wanted.email:
        parser.error("name the account: make admin EMAIL=you@example.com STAGE=dev")
    try:
        on_stage.enter(wanted.stage)
    except Stopped as stopped:
        print(stopped)
        return 1
    return _promote(wanted.email, wanted.stage)


def _promote(email: str, stage: str) -> int:
    from botocore.exceptions import BotoCoreError
    from pynamodb.exceptions import PynamoDBException

    from chalicelib.accounts import standing
    from chalicelib.core import actors
    from chalicelib.core.errors import NotFound, Refusal

    try:
        account = standing.make_admin(actors.system("operator"), email)
    except NotFound:
        print(f"No account of stage {stage} has the address {email}: register it first, then run this again.")
        return 1
    except Refusal as refusal:
        print(refusal.detail("en"))
        return 1
    except (BotoCoreError, PynamoDBException) as error:
        print(
            f"Stage {stage} does not answer ({error}). "
            "Check STAGE, AWS_REGION and your AWS credentials; for the platform of make run say STAGE=local."
        )
        return 1
    print(f"{email} (account {account.account_id}) now administers stage {stage}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
