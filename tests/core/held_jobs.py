"""Jobs for the tests of ``core.jobs``; a worker that imports this module can run them."""

from pathlib import Path

from core import jobs


@jobs.job("test.write")
def write(path: str, text: str) -> None:
    """Add a line to a file."""
    with Path(path).open("a") as file:
        file.write(f"{text}\n")


@jobs.job("test.hold")
def hold(path: str, gate: str) -> None:
    """Say that it began, wait at a named pipe until somebody opens it, say what came through."""
    write(path=path, text="began")
    write(path=path, text=Path(gate).read_text())


@jobs.job("test.chain")
def chain(path: str, left: int) -> None:
    """Queue itself until nothing is left, from inside a worker."""
    from core.actor import Actor  # noqa: PLC0415
    from core.database import transaction  # noqa: PLC0415

    with transaction(Actor.system("test")) as tx:
        write(path=path, text=str(left))
        if left:
            jobs.enqueue(tx, chain, once="chain", path=path, left=left - 1)


@jobs.job("test.until_stopped")
def until_stopped(path: str) -> None:
    """Work on until the worker is being stopped."""
    write(path=path, text="began")
    while not jobs.must_stop():
        pass
    write(path=path, text="stopped")
