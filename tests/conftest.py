"""What every test can ask for."""

pytest_plugins = [
    "tests.cheap_passwords",
    "tests.least_privilege",
    "tests.longest_first",
    "tests.platform_fixture",
    "tests.world",
    "tests.till",
]
