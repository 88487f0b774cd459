"""``make edge``: what a stage's edge says of itself, and what to write into the stage's settings because of it."""

import argparse
import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.account import Account
from infra.edge import keys
from infra.edge.stack import told_to_the_app


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make edge", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--slot", default="a", choices=["a", "b"], help="the key that signs links")
    wanted = parser.parse_args(arguments)
    aws = Account(wanted.stage).client
    try:
        outputs = _outputs(aws("cloudformation"), wanted.stage)
        if f"ContentKeyPairId{wanted.slot.upper()}" not in outputs:
            keys.add(aws("ssm"), wanted.stage, wanted.slot)
            print(
                f"There is a key {wanted.slot} now. Deploy the stage, so that the edge trusts it; then run this again."
            )
            return 1
    except (BotoCoreError, ClientError) as error:
        print(f"The stack lyceum-{wanted.stage}-edge cannot be read: {error}.\nIs it deployed? See docs/edge.md.")
        return 1
    for line in lines(wanted.stage, wanted.slot, outputs):
        print(line)
    return 0


def lines(stage: str, slot: str, outputs: dict[str, str]) -> list[str]:
    environment = json.dumps(told_to_the_app(outputs, slot), indent=2)
    resources = json.dumps({"ContentDistributionId": outputs["ContentDistributionId"]})
    return [
        f"files are at https://{outputs['ContentDomain']} (CNAME {outputs['ContentAddress']})",
        f"the API is at https://{outputs['ApiAddress']}" if "ApiAddress" in outputs else "the API has no edge yet",
        f"Write into infra/stages/{stage}.json, then deploy again:",
        f'"resources": {resources},',
        f'"environment": {environment}',
    ]


def _outputs(cloudformation: Any, stage: str) -> dict[str, str]:
    (stack,) = cloudformation.describe_stacks(StackName=f"lyceum-{stage}-edge")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


if __name__ == "__main__":
    raise SystemExit(main())
