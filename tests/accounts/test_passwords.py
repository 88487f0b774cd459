"""What a stored password costs whoever would guess it: seen in a process where tests have lowered nothing."""

import subprocess
import sys

HASH = "from chalicelib.accounts import passwords; print(passwords.hashed('correct horse'))"


def test_a_password_is_hashed_by_the_second_recommended_parameters_of_rfc_9106():
    hashed = subprocess.run([sys.executable, "-c", HASH], capture_output=True, text=True, check=True).stdout
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
