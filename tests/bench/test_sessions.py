"""The client of bench-sessions: a run is late from when it was due, and a server that falls behind is left alone."""

import asyncio
import contextlib

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from bench import sessions_client
from bench.sessions_client import Crowd

EVERY = 0.2


def answer(**values):
    """Write one message of the server."""
    message = ForwardMsg()
    if "every" in values:
        message.auto_rerun.fragment_id, message.auto_rerun.interval = "live", values["every"]
    else:
        message.script_finished = values["finished"]
    return message.SerializeToString()


def measured(takes, tabs, seconds):
    """Have a server whose live part takes so long; return what was measured, and whether one more tab was let in."""

    async def page(connection):
        with contextlib.suppress(ConnectionClosed):
            async for data in connection:
                if BackMsg.FromString(data).rerun_script.fragment_id == "live":
                    await asyncio.sleep(takes)
                    await connection.send(answer(finished=ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY))
                else:
                    await connection.send(answer(every=EVERY))
                    await connection.send(answer(finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN))
                    await connection.send(answer(finished=ForwardMsg.FINISHED_SUCCESSFULLY))

    async def run():
        async with serve(page, "127.0.0.1", 0, subprotocols=["streamlit"]) as server:
            crowd = Crowd(server.sockets[0].getsockname()[1], "page", "", [{}] * (tabs + 1))
            assert await crowd.grow(tabs)
            taken = await crowd.go_on(seconds)
            more = await crowd.grow(tabs + 1)
            await crowd.leave()
            return taken, more

    return asyncio.run(run())


def test_a_run_counts_from_when_it_was_due():
    taken, more = measured(takes=0.05, tabs=2, seconds=1)
    assert len(taken) >= 2
    assert all(value >= 50 for value in taken)
    assert more


def test_a_server_that_falls_behind_looks_worse_and_worse_and_is_left(monkeypatch):
    monkeypatch.setattr(sessions_client, "GIVE_UP_SECONDS", 0.5)
    taken, more = measured(takes=0.5, tabs=2, seconds=2)
    assert max(taken) > 1000, "runs behind the one that is late are late too"
    assert not more


def test_a_page_without_a_live_part_is_an_error():
    with pytest.raises(RuntimeError, match="no live part"):
        measured_without_live()


def measured_without_live():
    """Open a page that shows nothing live."""

    async def page(connection):
        async for _data in connection:
            await connection.send(answer(finished=ForwardMsg.FINISHED_SUCCESSFULLY))

    async def run():
        async with serve(page, "127.0.0.1", 0, subprotocols=["streamlit"]) as server:
            await Crowd(server.sockets[0].getsockname()[1], "page", "", [{}]).grow(1)

    asyncio.run(run())
