"""What every test can ask for."""

pytest_plugins = ["tests.platform_fixture", "tests.world", "tests.till"]
