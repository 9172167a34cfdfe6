"""The cutter: what it calls a piece, that no hit is lost by it, and where it shows a hit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from onewindow.registry.search import text as cutter

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MIXED = st.text(st.sampled_from("噪音扰民夜间aAbB12ａ１ ,。\n"), max_size=30)


def test_chinese_latin_and_digits_are_cut_alike() -> None:
    assert cutter.pieces("噪音Wi6") == {"噪音", "音w", "wi", "i6"}
    assert cutter.pieces("噪 音") == cutter.pieces("噪") == cutter.pieces("") == set()
    assert cutter.pieces("ＷｉＦｉ") == cutter.pieces("wifi")


def test_words_are_parted_by_whatever_is_no_letter_and_come_once() -> None:
    assert cutter.words("噪音,扰民  噪音 KTV") == ["噪音", "扰民", "ktv"]


@settings(deadline=None)
@given(MIXED, st.integers(0, 29), st.integers(2, 8))
def test_a_text_has_every_piece_of_every_word_in_it(text: str, start: int, length: int) -> None:
    for word in cutter.words(text[start : start + length]):
        assert cutter.holds([text], [word])
        assert cutter.pieces(word) <= cutter.pieces(text)


@settings(deadline=None)
@given(ANY)
def test_folding_keeps_every_place(text: str) -> None:
    assert len(cutter.fold(text)) == len(text)
    assert cutter.fold(cutter.fold(text)) == cutter.fold(text)


@settings(deadline=None)
@given(MIXED, MIXED)
def test_a_snippet_is_part_of_the_text_and_marks_what_was_looked_for(text: str, query: str) -> None:
    wanted = [word for word in cutter.words(query) if len(word) >= cutter.LEAST]
    shown = cutter.snippet([text], wanted)
    plain = "".join(part.text for part in shown).strip("…")
    assert plain in text.replace("\n", " ")
    marked = [cutter.fold(part.text) for part in shown if part.hit]
    assert bool(marked) == any(word in cutter.fold(text) for word in wanted)
    assert all(any(word in one for word in wanted) for one in marked)


def test_a_long_text_is_shown_around_the_first_hit() -> None:
    shown = cutter.snippet(["前" * 300 + "噪音" + "后" * 300], ["噪音"])
    assert [part.hit for part in shown] == [False, True, False]
    assert shown[0].text.startswith("…前") and shown[2].text.endswith("后…")
    assert sum(len(part.text) for part in shown) < 100
