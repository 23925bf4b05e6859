"""``python -m policygraph``: the same as the ``policygraph`` command."""

from policygraph.cli import main

main()
