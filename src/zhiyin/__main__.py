"""`python -m zhiyin` is the `zhiyin` command."""

from zhiyin.interfaces.cli.main import main

main()
