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
    def test_a_second_batch_begins_once_as_many_wait_as_are_under_way(self):
        async def run():
            together, batches = doing(apart=lambda thing: thing)
            first = asyncio.create_task(all_of(together, "ab"))
            await asyncio.sleep(0.002)
            second = asyncio.create_task(all_of(together, "c"))
            await asyncio.sleep(0.002)
            alone = len(batches)
            third = asyncio.create_task(all_of(together, "d"))
            await asyncio.sleep(0.002)
            beside = len(batches)
            await asyncio.gather(first, second, third)
            return alone, beside, batches

        assert asyncio.run(run()) == (1, 2, [["a", "b"], ["c", "d"]])

    def test_never_more_than_two(self):
        async def run():
            together, batches = doing(most=1, apart=lambda thing: thing)
            first = asyncio.create_task(together("a"))
            await asyncio.sleep(0.002)
            rest = asyncio.create_task(all_of(together, "bcde"))
            await asyncio.sleep(0.004)
            begun = len(batches)
            return begun, await first, await rest

        assert asyncio.run(run()) == (2, "aa", ["bb", "cc", "dd", "ee"])

    def test_what_is_of_one_key_is_done_in_the_order_in_which_it_came(self):
        done = []

        async def run():
            async def work(things):
                await asyncio.sleep(0.01 if "a1" in things else 0)
                done.extend(things)
                return things

            together = Together(work, most=10, most_waiting=100, apart=lambda thing: thing[0])
            first = asyncio.create_task(together("a1"))
            await asyncio.sleep(0.002)
            rest = await all_of(together, ["a2", "b1", "a3"])
            return await first, rest

        assert asyncio.run(run()) == ("a1", ["a2", "b1", "a3"])
        assert done == ["b1", "a1", "a2", "a3"]

    def test_the_end_of_the_loop_leaves_nobody_waiting(self):
        told = []

        async def ask(together, thing):
            try:
                await together(thing)
            except Unavailable as error:
                told.append(error)

        async def run():
            together, _batches = doing(most=1, apart=lambda thing: thing)
            asking = [asyncio.create_task(ask(together, thing)) for thing in "abcd"]
            await asyncio.sleep(0.005)
            for runner in list(together._runners):
                runner.cancel()
            await asyncio.wait(asking, timeout=1)

        asyncio.run(run())
        assert len(told) == 4
