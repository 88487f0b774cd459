"""What the account holds of a stage, told by the rules of names; nothing here is remembered between runs."""

import base64
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import Account, error_code

Described = dict[str, Any]


class Found:
    """Read once for each instance, in the moment of asking."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.functions = {each["FunctionName"]: each for each in self._functions()}
        self.mappings = list(self._mappings())
        self.rules = {each["Name"]: each for each in self._rules()}
        self.roles = {each["RoleName"]: each for each in self._roles()}
        self.apis = list(self._apis())
        self.log_groups = {each["logGroupName"]: each for each in self._log_groups()}

    def is_chalices(self, function: str) -> bool:
        """A function of our prefix may be a further stack's: Chalice tags its own."""
        arn = self.functions[function]["FunctionArn"]
        return "aws-chalice" in self._account.client("lambda").list_tags(Resource=arn).get("Tags", {})

    def layer_versions(self, layer_name: str) -> list[Described]:
        """Newest first; none of a layer that never was."""
        try:
            pages = list(self._account.pages("lambda", "list_layer_versions", LayerName=layer_name))
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return []
            raise
        versions = [version for page in pages for version in page["LayerVersions"]]
        return sorted(versions, key=lambda each: -each["Version"])

    def _functions(self) -> Iterator[Described]:
        for page in self._account.pages("lambda", "list_functions"):
            yield from (each for each in page["Functions"] if self._account.owns(each["FunctionName"]))

    def _mappings(self) -> Iterator[Described]:
        for page in self._account.pages("lambda", "list_event_source_mappings"):
            for each in page["EventSourceMappings"]:
                if self._account.owns(function_of(each)) and each["State"] != "Deleting":
                    yield each

    def _rules(self) -> Iterator[Described]:
        for page in self._account.pages("events", "list_rules", NamePrefix=f"{self._account.prefix}-"):
            yield from page["Rules"]

    def _roles(self) -> Iterator[Described]:
        for page in self._account.pages("iam", "list_roles"):
            yield from (each for each in page["Roles"] if self._account.owns(each["RoleName"]))

    def _log_groups(self) -> Iterator[Described]:
        prefix = f"/aws/lambda/{self._account.prefix}"
        for page in self._account.pages("logs", "describe_log_groups", logGroupNamePrefix=prefix):
            for each in page["logGroups"]:
                if self._account.owns(each["logGroupName"].rpartition("/")[2]):
                    yield each

    def _apis(self) -> Iterator[Described]:
        """REST APIs carry no stage in their name; one is ours when it calls our function. Oldest first."""
        wanted = f":function:{self._account.prefix}/invocations"
        found = [each for page in self._account.pages("apigateway", "get_rest_apis") for each in page["items"]]
        for api in sorted(found, key=lambda each: str(each.get("createdDate"))):
            resources = self._resources(api["id"])
            uris = [integration.get("uri", "") for _, _, integration in integrations(resources)]
            if any(uri.endswith(wanted) for uri in uris):
                yield api | {"resources": resources}

    def _resources(self, api: str) -> list[Described]:
        pages = self._account.pages("apigateway", "get_resources", restApiId=api, embed=["methods"])
        return [resource for page in pages for resource in page["items"]]


def integrations(resources: list[Described]) -> Iterator[tuple[str, str, Described]]:
    """Path, method and integration of everything that an API answers."""
    for resource in resources:
        for method, described in resource.get("resourceMethods", {}).items():
            yield resource["path"], method, described.get("methodIntegration", {})


def function_of(mapping: Described) -> str:
    return str(mapping["FunctionArn"]).split(":")[6]


def hexadecimal(digest: str) -> str:
    """A SHA-256 as Lambda writes it, in base64, as we do."""
    return base64.b64decode(digest).hex()
