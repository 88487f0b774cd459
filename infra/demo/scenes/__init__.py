"""The scenes of the main job, in order. Each tells what happens and checks what must hold."""

from infra.demo.scenes.coming_out import authors_publish, people_join, readers_browse
from infra.demo.scenes.earnings import authors_are_paid, books_balance
from infra.demo.scenes.presents import reader_gives_a_present, reader_has_a_coupon
from infra.demo.scenes.reading import readers_buy, readers_read, strangers_attack
from infra.demo.scenes.recommending import what_suits_each
from infra.demo.scenes.reviewing import readers_review
from infra.demo.scenes.second_thoughts import reader_goes_to_the_bank, reader_wants_the_money_back

SCENES = (
    people_join,
    authors_publish,
    readers_browse,
    readers_buy,
    readers_read,
    strangers_attack,
    readers_review,
    reader_wants_the_money_back,
    reader_goes_to_the_bank,
    reader_has_a_coupon,
    reader_gives_a_present,
    authors_are_paid,
    books_balance,
    what_suits_each,
)
