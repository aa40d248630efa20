"""Lets `python -m gateway` do what the `gridgate` command does; it holds no behaviour of its own."""

from gateway.cli import main

if __name__ == "__main__":
    main()
