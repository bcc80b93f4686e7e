"""Several connections, pipelined: each mail arrives once and whole, and a refusal concerns only its own."""

import random
import time
from collections import Counter
from contextlib import closing

import pytest

from data.models.delivery import Security
from services.delivery.letters import From, Skeleton
from services.delivery.providers import ProviderDown, SmtpProvider, SmtpServer
from services.delivery.providers.smtp import MAILS_BEFORE_ONE_MORE
from services.delivery.providers.smtp_line import stuffed
from tests.pipelining_sink import PipeliningSink

SKELETON = Skeleton(
    From("見本事務局", "office@example.jp"), "お知らせ {name}", "{name} 様\n" + "長い本文。\n" * 200, {}
)


def mail(number: int, who: str = "p"):
    name = f"見本 {number}"
    return SKELETON.letter(number, f"<m{number}@example.jp>", f"{who}{number}@example.jp", name, {"name": name})


def provider_at(sink, connections=10, timeout=10.0) -> SmtpProvider:
    return SmtpProvider(SmtpServer("127.0.0.1", sink.port, Security.NONE, connections=connections), timeout)


def test_many_mails_go_over_many_connections_each_whole_and_once():
    with PipeliningSink(seconds=0.002) as sink, closing(provider_at(sink)) as provider:
        outcomes = list(provider.send([mail(n) for n in range(600)]))
        assert sorted(one.mail_id for one in outcomes if one.accepted) == list(range(600))
        assert 5 < sink.lines <= 10
        assert sink.most == 4, "the end of a mail and the beginning of the next one come together"
        for recipient, got in sink.taken:
            number = recipient.partition("@")[0][1:]
            assert got["to"] == f"見本 {number} <{recipient}>"
            assert got.get_content().splitlines()[0] == f"見本 {number} 様"
            assert len(got.get_content().splitlines()) == 201
    assert len({recipient for recipient, _ in sink.taken}) == len(sink.taken) == 600


def test_few_mails_need_one_connection():
    with PipeliningSink() as sink, closing(provider_at(sink)) as provider:
        list(provider.send([mail(n) for n in range(MAILS_BEFORE_ONE_MORE - 1)]))
        assert sink.lines == 1


@pytest.mark.parametrize("seed", range(5))
def test_a_refusal_in_the_middle_concerns_its_own_mail_only(seed):
    chance = random.Random(seed)
    kinds = [chance.choice(["p", "p", "p", "unknown", "half", "content"]) for _ in range(200)]
    with PipeliningSink() as sink, closing(provider_at(sink, connections=3)) as provider:
        outcomes = {one.mail_id: one for one in provider.send([mail(n, kind) for n, kind in enumerate(kinds)])}
    expected = {
        "p": (True, False, False), "unknown": (False, True, True), "half": (False, False, False),
        "content": (False, True, False),
    }  # fmt: skip
    for number, kind in enumerate(kinds):
        one = outcomes[number]
        assert (one.accepted, one.permanent, one.dead) == expected[kind], f"seed {seed}: {kind}{number} {one.word}"
    reached = sorted(recipient for recipient, _ in sink.taken)
    assert reached == sorted(f"p{number}@example.jp" for number, kind in enumerate(kinds) if kind == "p")


@pytest.mark.parametrize("breaks_after", [1, 7, 50])
def test_connections_that_break_lose_and_double_nothing(breaks_after):
    with PipeliningSink(breaks_after=breaks_after) as sink, closing(provider_at(sink, connections=4)) as provider:
        outcomes = list(provider.send([mail(n) for n in range(200)]))
    assert Counter(one.accepted for one in outcomes) == {True: 200}
    assert len({recipient for recipient, _ in sink.taken}) == len(sink.taken) == 200


def test_a_connection_that_breaks_before_the_answer_leaves_that_one_mail_open():
    with PipeliningSink(breaks_after=30, mute=True) as sink, closing(provider_at(sink, connections=1)) as provider:
        outcomes = list(provider.send([mail(n) for n in range(50)]))
    open_ones = [one for one in outcomes if not one.accepted]
    assert [(one.mail_id, one.maybe) for one in open_ones] == [(29, True)]
    assert len(sink.taken) == len(outcomes) == 50, "the next one had begun on the same line and went over another"


def test_who_stops_gets_the_outcome_of_all_that_was_taken():
    def some():
        for number in range(50):
            taken.append(number)
            yield mail(number)

    taken: list[int] = []
    with PipeliningSink(seconds=0.01) as sink, closing(provider_at(sink)) as provider:
        assert sorted(one.mail_id for one in provider.send(some())) == taken
        assert len(sink.taken) == 50


def test_a_server_that_falls_silent_after_a_text_leaves_it_open_whether_it_took_it():
    with PipeliningSink() as sink, closing(provider_at(sink, connections=1, timeout=0.4)) as provider:
        assert next(iter(provider.send([mail(1)]))).accepted
        sink.seconds = 60
        begun = time.monotonic()
        sending = provider.send([mail(2)])
        with pytest.raises(ProviderDown, match="timed out"):
            list(sending)
        assert time.monotonic() - begun < 5


def test_no_line_of_a_text_is_taken_for_its_end():
    assert stuffed(b".a\r\n.\r\nb\r\n..c") == b"..a\r\n..\r\nb\r\n...c\r\n"
    assert stuffed(b"a\r\nb\r\n") == b"a\r\nb\r\n"


@pytest.mark.parametrize("address", ["a b@example.jp", "a>@example.jp", "あ@example.jp", "a@b\r\nDATA"])
def test_what_is_no_address_is_refused_here_and_says_nothing_to_the_server(address):
    letter = SKELETON.letter(1, "<m1@example.jp>", address, "", {"name": ""})
    with PipeliningSink() as sink, closing(provider_at(sink)) as provider:
        refused, fine = provider.send([letter, mail(2)])
        assert (refused.accepted, refused.permanent, refused.mail_id) == (False, True, 1)
        assert fine.accepted
        assert len(sink.taken) == 1
