from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefings.plain_text import from_html, one_line, visible


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("AT&amp;T rose 3&nbsp;%", "AT&T rose 3 %"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("<script>alert(1)</script>Words", "Words"),
        ("<img src=x onerror=alert(1)>", ""),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("Prices < 5 euros", "Prices < 5 euros"),
        ("zero\u200bwidth \u202egnal\u202c \x00nul", "zerowidth gnal nul"),
        ('<p>One.</p><p style="display:none">Two.</p><p>Three.</p>', "One.\nThree."),
        ('One.<span hidden>Two.</span><!-- Three. --> <img alt="Four." src="x">Five.', "One. Five."),
        ('One. &lt;i aria-hidden="true"&gt;Two.&lt;/i&gt;', "One."),
        ("Kyiv\u00ad, C\u00f4te d\u2019Ivoire", "Kyiv, C\u00f4te d\u2019Ivoire"),
    ],
)
def test_markup_and_invisible_characters_go_and_words_stay(markup, text):
    assert from_html(markup) == text


def test_a_long_title_is_cut_at_a_word():
    assert one_line("alpha beta gamma", 12) == "alpha beta…"


@given(st.text())
def test_nothing_that_a_feed_holds_leaves_a_control_character_or_a_script(text):
    plain = from_html(text + "<script>x</script>")
    assert "<script" not in plain.lower()
    assert visible(plain) == plain
