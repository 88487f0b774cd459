"""Readers do what is in the mix, and ask only for what can be answered."""

from collections import Counter
from itertools import islice

from infra.load.mix import SHARES, Reader

TOLD = {"token": "t", "works": ["a", "b", "c"], "owned": [["c", "file"]], "to_buy": ["a", "b", "d"]}


def test_every_hundred_requests_are_in_shares_and_mostly_reads():
    assert sum(SHARES.values()) == 100
    hundred = list(islice(Reader(TOLD, 7).asks(), 100))
    assert Counter(ask.kind for ask in hundred) == SHARES
    assert sum(ask.method == "GET" for ask in hundred) > 90


def test_readers_differ_and_each_does_the_same_again():
    def kinds(seed):
        return [ask.kind for ask in islice(Reader(TOLD, seed).asks(), 100)]

    assert kinds(1) == kinds(1) != kinds(2)


def test_nobody_buys_a_work_twice():
    reader = Reader(TOLD)
    bought = [reader.ask("order") for _ in range(4)]
    assert sorted(ask.body["work_ids"][0] for ask in bought[:3]) == ["a", "b", "d"]
    assert bought[3].kind == "orders"
