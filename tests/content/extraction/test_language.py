"""Chinese and English are told apart by their characters."""

import pytest

from chalicelib.content.extraction.language import language, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这是中文。", "zh"),
        ("繁體中文也是中文", "zh"),
        ("This is English.", "en"),
        ("用 Python 和 DynamoDB 写一个后端服务，需要注意什么", "zh"),
        ("The word 道 (dao) means the way in Chinese philosophy", "en"),
        ("これは日本語の文章です", "und"),
        ("Это русский текст", "und"),
        ("", "und"),
        ("123 + 456", "und"),
    ],
)
def test_the_prevailing_script_decides(text, expected):
    assert language(text) == expected


@pytest.mark.parametrize(
    ("text", "count"), [("一共六个汉字", 6), ("don't count well-known words twice", 5), ("Python 很好", 3), ("", 0)]
)
def test_words_are_counted_as_editors_do(text, count):
    assert words(text) == count
