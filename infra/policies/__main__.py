"""`make policies`: writes the committed stage's policies anew. They name no account and no region."""

from pathlib import Path

from infra.policies.documents import write_all

COMMITTED_STAGE = "dev"
COMMITTED = Path(__file__).parents[2] / ".chalice" / "policies" / COMMITTED_STAGE

if __name__ == "__main__":
    write_all(COMMITTED, COMMITTED_STAGE)
