"""Doing together what comes at the same time (core/together.py): without a timer, and one failure is one's own."""

import asyncio

import pytest

from core.errors import Unavailable
from core.together import Together


class Away(Exception):
    """Something that meets everybody."""


def doing(**how):
    """Return something that is done together, and the batches in which it was."""
    batches = []

    async def work(things):
        batches.append(list(things))
        await asyncio.sleep(0.01)
        if "away" in things:
            raise Away
        if "bad" in things:
            raise ValueError("bad")
        return [thing * 2 for thing in things]

    limits = {"most": 10, "most_waiting": 100} | how
    return Together(work, away=lambda error: isinstance(error, Away), **limits), batches


async def all_of(together, things):
    """Do things at the same moment; return what came of each."""
    return await asyncio.gather(*[together(thing) for thing in things], return_exceptions=True)


class TestTogether:
    def test_what_comes_during_one_batch_goes_into_the_next(self):
        async def run():
            together, batches = doing()
            first = asyncio.create_task(together("a"))
            await asyncio.sleep(0.005)
            rest = await all_of(together, "bcd")
            return await first, rest, batches

        assert asyncio.run(run()) == ("aa", ["bb", "cc", "dd"], [["a"], ["b", "c", "d"]])

    def test_a_batch_has_an_upper_limit_and_the_order_is_kept(self):
        async def run():
            together, batches = doing(most=3)
            return await all_of(together, "abcdefg"), batches

        results, batches = asyncio.run(run())
        assert results == [one * 2 for one in "abcdefg"]
        assert batches == [["a", "b", "c"], ["d", "e", "f"], ["g"]]

    def test_one_that_cannot_be_done_fails_alone(self):
        async def run():
            together, _batches = doing()
            return await all_of(together, ["a", "b", "bad", "c", "d"])

        *good, bad = sorted(asyncio.run(run()), key=lambda one: isinstance(one, Exception))
        assert (good, type(bad)) == (["aa", "bb", "cc", "dd"], ValueError)

    def test_what_meets_everybody_is_not_tried_one_by_one(self):
        async def run():
            together, batches = doing()
            return await all_of(together, ["a", "away", "b"]), batches

        results, batches = asyncio.run(run())
        assert [type(one) for one in results] == [Away] * 3
        assert len(batches) == 1

    def test_too_many_are_told_at_once_and_not_taken(self):
        async def run():
            together, batches = doing(most=1, most_waiting=2)
            return await all_of(together, "abcd"), batches

        results, batches = asyncio.run(run())
        assert (results[:2], [type(one) for one in results[2:]]) == (["aa", "bb"], [Unavailable, Unavailable])
        assert batches == [["a"], ["b"]]

    def test_who_stops_waiting_stops_nothing(self):
        async def run():
            together, batches = doing()
            one, other = asyncio.create_task(together("a")), asyncio.create_task(together("b"))
            await asyncio.sleep(0.005)
            one.cancel()
            with pytest.raises(asyncio.CancelledError):
                await one
            return await other, batches

        assert asyncio.run(run()) == ("bb", [["a", "b"]])

    def test_the_end_waits_for_what_was_taken(self):
        async def run():
            together, batches = doing(most=1)
            waiting = [asyncio.create_task(together(one)) for one in "abc"]
            await asyncio.sleep(0)
            await together.end()
            return [task.result() for task in waiting if task.done()], batches

        results, batches = asyncio.run(run())
        assert batches == [["a"], ["b"], ["c"]]
        assert results[:2] == ["aa", "bb"]


class TestSideBySide:
    """Nothing here goes by time: a batch lasts until its door is opened."""

    class Doors:
        """What is done side by side; each batch waits at a door."""

        def __init__(self, **how):
            self.batches, self.door = [], asyncio.Event()
            self.together = Together(self.work, most_waiting=100, apart=lambda thing: thing[0], **how)

        async def work(self, things):
            self.batches.append(list(things))
            if "b1" not in things:
                await self.door.wait()
            return things

        async def come(self, *things):
            """Let things come, and begin what may begin."""
            waiting = [asyncio.create_task(self.together(thing)) for thing in things]
            for _turn in range(10):
                await asyncio.sleep(0)
            return waiting

        async def end(self, *waiting):
            self.door.set()
            await asyncio.gather(*[task for tasks in waiting for task in tasks])

    def test_a_second_batch_begins_once_enough_wait(self):
        async def run():
            doors = self.Doors(most=10, enough=2)
            first, second = await doors.come("a1", "c1"), await doors.come("d1")
            alone = len(doors.batches)
            third = await doors.come("e1")
            beside = len(doors.batches)
            await doors.end(first, second, third)
            return alone, beside, doors.batches

        assert asyncio.run(run()) == (1, 2, [["a1", "c1"], ["d1", "e1"]])

    def test_a_handful_does_not_go_beside_many(self):
        async def run():
            doors = self.Doors(most=10, enough=1)
            first, second = await doors.come("a1", "c1", "d1"), await doors.come("e1", "f1")
            alone = len(doors.batches)
            third = await doors.come("g1")
            beside = len(doors.batches)
            await doors.end(first, second, third)
            return alone, beside, doors.batches

        assert asyncio.run(run()) == (1, 2, [["a1", "c1", "d1"], ["e1", "f1", "g1"]])

    def test_never_more_than_two(self):
        async def run():
            doors = self.Doors(most=1, enough=1)
            first, rest = await doors.come("a1"), await doors.come("c1", "d1", "e1")
            begun = len(doors.batches)
            await doors.end(first, rest)
            return begun, len(doors.batches)

        assert asyncio.run(run()) == (2, 4)

    def test_what_is_of_one_key_is_done_in_the_order_in_which_it_came(self):
        async def run():
            doors = self.Doors(most=10, enough=1)
            first, rest = await doors.come("a1"), await doors.come("a2", "b1", "a3")
            beside = list(doors.batches)
            await doors.end(first, rest)
            return beside, doors.batches

        assert asyncio.run(run()) == ([["a1"], ["b1"]], [["a1"], ["b1"], ["a2", "a3"]])

    def test_the_end_of_the_loop_leaves_nobody_waiting(self):
        async def run():
            doors = self.Doors(most=1, enough=1)
            waiting = [*await doors.come("a1"), *await doors.come("c1", "d1", "e1")]
            for runner in doors.together._runners:
                runner.cancel()
            return await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(one) for one in asyncio.run(run())] == [Unavailable] * 4
